import {
  adminAccounts,
  applicationAuthorizationRequests,
  applicationPrices,
  applications,
  authSessions,
  operationSites,
  operatorAccounts,
  operatorAppAuthorizations,
} from '#drizzle/schema'
import { apiKeyColumns } from '#src/accounts/api-keys'
import type { Uuid } from '#src/core/ids'
import { addDays, addMs, businessDay, startOfDay } from '#src/core/time'
import type { Transaction } from '#src/platform/database'
import { hashPassword } from '#src/platform/passwords'
import { sha256 } from '#src/platform/secrets'
import { demoApiKey, SIMULATOR_OPERATORS, SIMULATOR_RATE_LIMIT } from './accounts'
import { PRICE_CHANGE, priceOf } from './games'
import { randomFrom } from './random'
import type { World, WorldOperator } from './world'

/** Writes accounts, games, sites, grants and requests; no money yet. */
export async function writeWorld(tx: Transaction, world: World): Promise<void> {
  await writeStaff(tx, world)
  await writeGames(tx, world)
  await writeOperators(tx, world)
  const [admin] = world.staff
  for (const operator of world.operators) await writeRights(tx, operator, admin!.id)
}

async function writeStaff(tx: Transaction, { staff, now }: World): Promise<void> {
  // People of a kind share a password in the demo, and a hash costs a moment.
  const hashes = new Map([...new Set(staff.map(({ password }) => password))].map((password) => [password, hashPassword(password)]))
  const rows = staff.map(async ({ id, username, name, role, financeGrade, granted = [], leftDaysAgo, password, createdAt }) => ({
    id,
    username,
    name,
    role,
    financeGrade,
    permissions: [...granted],
    isActive: leftDaysAgo === undefined,
    passwordHash: await hashes.get(password)!,
    createdAt,
    updatedAt: leftDaysAgo === undefined ? createdAt : addDays(now, -leftDaysAgo),
  }))
  await tx.db.insert(adminAccounts).values(await Promise.all(rows))
  await writeSignIns(tx, { staff, now })
}

/** When each of them was here last; long over, so that the demo opens no door by itself. */
async function writeSignIns(tx: Transaction, { staff, now }: Pick<World, 'staff' | 'now'>): Promise<void> {
  const random = randomFrom('sign-ins')
  const rows = staff.map(({ id, leftDaysAgo = 0 }) => {
    const createdAt = addMs(
      startOfDay(businessDay(addDays(now, -leftDaysAgo - random.whole(2, 5)))),
      random.whole(8 * 60, 18 * 60) * 60_000,
    )
    const session = { adminId: id, door: 'pages' as const, ip: `203.0.113.${random.whole(2, 250)}`, userAgent: DESK_AGENT }
    const sessionId = random.id(createdAt)
    return { id: sessionId, ...session, tokenSha256: sha256(sessionId), createdAt, expiresAt: addDays(createdAt, 1) }
  })
  await tx.db.insert(authSessions).values(rows)
}

const DESK_AGENT = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36'

async function writeGames(tx: Transaction, { games, priceChangedAt, staff }: World): Promise<void> {
  const changed = games.find((game) => game.key === PRICE_CHANGE.game)!
  await tx.db.insert(applications).values(
    games.map((game) => ({
      id: game.id,
      appName: game.name,
      unitPrice: priceOf(game.price),
      minPlayers: game.minPlayers,
      maxPlayers: game.maxPlayers,
      description: game.description,
      createdAt: game.createdAt,
      updatedAt: game === changed ? priceChangedAt : game.createdAt,
    })),
  )
  await tx.db.insert(applicationPrices).values({
    id: randomFrom('price').id(priceChangedAt),
    applicationId: changed.id,
    oldPrice: priceOf(PRICE_CHANGE.oldPrice),
    newPrice: priceOf(PRICE_CHANGE.newPrice),
    reason: PRICE_CHANGE.reason,
    changedBy: staff[0]!.id,
    changedAt: priceChangedAt,
  })
}

async function writeOperators(tx: Transaction, { operators }: World): Promise<void> {
  const rows = operators.map(async ({ id, username, name, phone, email, category, password, createdAt }) => ({
    id,
    username,
    name,
    phone,
    email,
    category,
    passwordHash: await hashPassword(password),
    ...apiKeyColumns(id, demoApiKey(username), createdAt),
    ...rateOverrides(username),
    createdAt,
    updatedAt: createdAt,
  }))
  await tx.db.insert(operatorAccounts).values(await Promise.all(rows))
  const sites = operators.flatMap((operator) =>
    operator.sites.map(({ id, name, address, description, createdAt }) => ({
      id,
      operatorId: operator.id,
      name,
      address,
      description,
      createdAt,
      updatedAt: createdAt,
    })),
  )
  await tx.db.insert(operationSites).values(sites)
}

const rateOverrides = (username: string) =>
  SIMULATOR_OPERATORS.includes(username) ? { rateLimitPerMinute: SIMULATOR_RATE_LIMIT, rateLimitBurst: SIMULATOR_RATE_LIMIT } : {}

async function writeRights(tx: Transaction, operator: WorldOperator, adminId: Uuid): Promise<void> {
  if (operator.requests.length > 0) {
    await tx.db.insert(applicationAuthorizationRequests).values(
      operator.requests.map((request) => ({
        ...request,
        operatorId: operator.id,
        reviewedBy: request.reviewedAt && adminId,
        updatedAt: request.reviewedAt ?? request.createdAt,
      })),
    )
  }
  await tx.db.insert(operatorAppAuthorizations).values(
    operator.grants.map(({ id, applicationId, requestId, authorizedAt, expiresAt }) => ({
      id,
      operatorId: operator.id,
      applicationId,
      requestId,
      authorizedBy: adminId,
      authorizedAt,
      expiresAt,
    })),
  )
}
