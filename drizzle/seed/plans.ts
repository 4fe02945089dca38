import { announcements, applicationPriceSchedules, type messageNotifications } from '#drizzle/schema'
import { addDays, addMs, businessDay, formatMinute, type Instant, startOfDay } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { PLANNED_PRICE, priceOf } from './games'
import { randomFrom } from './random'
import type { World } from './world'

/** What operators were told by our people and what is planned for them: announcements, and the price that is to come. */

type Message = typeof messageNotifications.$inferInsert
type Announcement = { createdAt: Instant; publishAt?: Instant; title: string; content: string; priority: 'normal' | 'high' }

const HOUR_MS = 3_600_000
const atHour = (at: Instant, days: number, hour: number): Instant => addMs(startOfDay(businessDay(addDays(at, days))), hour * HOUR_MS)

/** Oldest first; the last one waits for its time. */
function announced({ now, from }: World) {
  const random = randomFrom('announcements')
  const entries: Announcement[] = [
    {
      createdAt: from,
      title: '欢迎使用 MR 游戏运营管理系统',
      content: '充值、授权、消费与统计均已上线，接入说明见“接入指南”。',
      priority: 'normal',
    },
    {
      createdAt: addDays(now, -18),
      title: '系统维护通知',
      content: '平台将于本周四凌晨 2:00 至 4:00 升级，期间头显授权可能短暂重试，请保持头显服务器在线。',
      priority: 'high',
    },
    {
      createdAt: addDays(now, -2),
      title: '周末客流提醒',
      content: '周末为客流高峰，建议提前检查账户余额与头显设备电量。',
      priority: 'normal',
    },
    {
      createdAt: addMs(now, -3 * HOUR_MS),
      publishAt: atHour(now, 3, 10),
      title: '新游戏「幻影剧场」开放申请',
      content: '沉浸式推理剧场「幻影剧场」现已上架，一局约四十分钟，2–6 人，适合熟客组队。\n\n需要的门店请在“游戏 → 可申请”中提交申请。',
      priority: 'normal',
    },
  ]
  return entries.map((entry) => ({ ...entry, id: random.id(entry.createdAt), messageId: random.id(entry.createdAt) }))
}

/** The announcements that are out, as operators have them in their message centre. */
export const announcementMessages = (world: World): Message[] =>
  announced(world)
    .filter(({ publishAt }) => publishAt === undefined)
    .map(({ id, messageId, title, content, priority, createdAt }) => ({
      id: messageId,
      type: 'system',
      target: 'all',
      title,
      content,
      priority,
      relatedId: id,
      relatedKind: 'announcement',
      createdAt,
    }))

const planned = (world: World) => {
  const game = world.games.find(({ key }) => key === PLANNED_PRICE.game)!
  return { game, toldAt: atHour(world.now, -1, 16), effectiveAt: atHour(world.now, PLANNED_PRICE.inDays, 9) }
}

/** What the operators who have the game were told of its coming price. */
export function plannedPriceNotices(world: World): Message[] {
  const random = randomFrom('planned-price-notices')
  const { game, toldAt, effectiveAt } = planned(world)
  const change = `由${game.price}元调整为${PLANNED_PRICE.newPrice}元`
  return world.operators
    .filter(({ grants }) => grants.some(({ applicationId }) => applicationId === game.id))
    .map((operator) => ({
      id: random.id(toldAt),
      type: 'price_change',
      title: '游戏价格即将调整',
      content: `游戏「${game.name}」的单价将自${formatMinute(effectiveAt)}起${change}，此前的游戏仍按原价计费。`,
      target: 'specific',
      targetOperatorId: operator.id,
      relatedId: game.id,
      relatedKind: 'application',
      createdAt: toldAt,
    }))
}

/** Writes the announcements themselves and the price that waits. */
export async function writePlans(tx: Transaction, world: World): Promise<void> {
  const [author] = world.staff
  await tx.db.insert(announcements).values(
    announced(world).map(({ id, title, content, createdAt, publishAt }) => ({
      id,
      title,
      content,
      target: 'all' as const,
      publishedBy: author!.id,
      createdAt,
      ...(publishAt
        ? { status: 'scheduled' as const, publishAt }
        : {
            publishedAt: createdAt,
            recipientsCount: world.operators.filter((operator) => operator.createdAt <= createdAt).length,
          }),
    })),
  )
  const { game, toldAt, effectiveAt } = planned(world)
  await tx.db.insert(applicationPriceSchedules).values({
    id: randomFrom('planned-price').id(toldAt),
    applicationId: game.id,
    oldPrice: priceOf(game.price),
    newPrice: priceOf(PLANNED_PRICE.newPrice),
    reason: PLANNED_PRICE.reason,
    effectiveAt,
    scheduledBy: author!.id,
    scheduledAt: toldAt,
  })
}
