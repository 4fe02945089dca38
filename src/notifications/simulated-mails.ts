import { desc, eq } from 'drizzle-orm'
import { simulatedMails } from '#drizzle/schema'
import { newId, type Uuid } from '#src/core/ids'
import { type Instant, now } from '#src/core/time'
import { rawSql, read } from '#src/platform/database'
import type { Mail } from '#src/platform/mail'

/** Mails kept on a developer's machine; older ones go. */
const KEPT = 200

/** Stands in for a mail server where there is none: the mail is kept for the page that shows it. */
export async function simulateMail({ to, subject, text }: Mail): Promise<void> {
  await read()
    .insert(simulatedMails)
    .values({ id: newId(), recipient: `${to.name} <${to.address}>`, subject, content: text, createdAt: now() })
  await rawSql()`DELETE FROM simulated_mails WHERE id < (SELECT id FROM simulated_mails ORDER BY id DESC OFFSET ${KEPT - 1} LIMIT 1)`
}

export type SimulatedMail = { id: Uuid; recipient: string; subject: string; content: string; createdAt: Instant }

/** The mails that are kept, newest first. */
export const listSimulatedMails = (): Promise<SimulatedMail[]> =>
  read().select().from(simulatedMails).orderBy(desc(simulatedMails.id)).limit(KEPT)

/** One of them. */
export async function findSimulatedMail(id: Uuid): Promise<SimulatedMail | undefined> {
  const [mail] = await read().select().from(simulatedMails).where(eq(simulatedMails.id, id))
  return mail
}
