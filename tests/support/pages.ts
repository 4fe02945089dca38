/** A browser without JavaScript, as far as HTTP goes: keeps cookies, says where its forms come from, follows nothing by itself. */
export type Visitor = {
  get(path: string, headers?: Record<string, string>): Promise<Visit>
  post(path: string, form: Record<string, string>, headers?: Record<string, string>): Promise<Visit>
  cookies: Map<string, string>
}
type Visit = { status: number; location: string | null; headers: Headers; html: string }

export function newVisitor(url: string): Visitor {
  const cookies = new Map<string, string>()
  const send = async (method: string, path: string, body: string | undefined, headers: Record<string, string>): Promise<Visit> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(url + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie ? { Cookie: cookie } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    })
    for (const line of response.headers.getSetCookie()) {
      const [pair] = line.split(';')
      const [name, value] = pair!.split('=', 2)
      if (value) cookies.set(name!, value)
      else cookies.delete(name!)
    }
    return { status: response.status, location: response.headers.get('location'), headers: response.headers, html: await response.text() }
  }
  return {
    cookies,
    get: (path, headers = {}) => send('GET', path, undefined, headers),
    post: (path, form, headers = { Origin: url }) => send('POST', path, new URLSearchParams(form).toString(), headers),
  }
}

/** The hidden form token of a page. */
export const csrfIn = (html: string): string => /name="csrf_token" value="([0-9a-f]{64})"/.exec(html)?.[1] ?? ''
