import * as v from 'valibot'
import { answers, isoText, orNull, wireId, words, yesNo } from '#src/core/answers'

/** What the sites' routes answer (API 4). */

const site = v.strictObject({
  site_id: wireId('site'),
  name: words('朝阳旗舰店'),
  address: words('北京市朝阳区建国路1号'),
  description: orNull(words('三层，靠近影院')),
  is_deleted: yesNo,
  created_at: isoText,
  updated_at: isoText,
})
export const SitesAnswer = answers(v.strictObject({ sites: v.array(site) }))
export const CreatedSiteAnswer = answers(site, { status: 201, message: '运营点创建成功' })
export const ChangedSiteAnswer = answers(site, { message: '运营点信息已更新', errors: ['SITE_NOT_FOUND'] })
export const DeletedSiteAnswer = answers(v.null(), { message: '运营点已删除', errors: ['SITE_NOT_FOUND'] })
