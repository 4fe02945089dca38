import type { problem as zh } from '#src/core/text/zh/problem'

/** English: pages that say what went wrong. */
export const problem: Record<keyof typeof zh, string> = {
  'problem.400.title': 'Request not understood',
  'problem.400.what': 'Something was missing or malformed; nothing has been changed.',
  'problem.400.next': 'Go back, check the entries and send them again.',
  'problem.403.title': 'Not allowed',
  'problem.403.what': 'This account may not open the page, or the page stood open so long that its security check expired.',
  'problem.403.next': 'Start again from the home page; ask an administrator if you need this permission.',
  'problem.404.title': 'Page not found',
  'problem.404.what': 'The address may be mistyped, or the content has been removed.',
  'problem.404.next': 'Check the address, or start from the home page.',
  'problem.405.title': 'Not possible here',
  'problem.405.what': 'This address does not accept this kind of request; nothing has been changed.',
  'problem.405.next': 'Use the buttons and links of the pages.',
  'problem.429.title': 'Too many requests',
  'problem.429.what': 'More requests than allowed arrived in a short time.',
  'problem.429.next': 'Wait a moment and try again.',
  'problem.429.wait': 'Try again in {seconds} seconds.',
  'problem.500.title': 'Something broke on our side',
  'problem.500.what': 'This is our fault, not yours. The unfinished action did not take effect and no money moved.',
  'problem.500.next': 'Try again later; if it fails again, give the request id to the platform administrator.',
  'problem.503.title': 'Down for maintenance',
  'problem.503.what': 'The system cannot be reached for the moment; money and data are safe.',
  'problem.503.next': 'Reload the page in a little while.',
  'problem.back': 'Back to the home page',
}
