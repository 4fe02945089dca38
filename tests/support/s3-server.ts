import { createHash, createHmac } from 'node:crypto'

/** A small S3: one bucket in memory, and every call's signature (version 4) is recomputed. */
export type S3Server = {
  url: string
  accessKey: string
  secretKey: string
  objects: Map<string, Uint8Array>
  /** Calls that were not signed as they should be. */
  refused: string[]
  /** Answers 503 to everything. */
  fails(failing: boolean): void
  stop(): Promise<void>
}

const REGION = 'us-east-1'
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest()
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

export function startS3(bucket = 'backups'): S3Server {
  const [accessKey, secretKey] = ['AKIATESTTESTTEST', 'a secret/of+a test']
  const objects = new Map<string, Uint8Array>()
  const uploads = new Map<string, Map<number, Uint8Array>>()
  const refused: string[] = []
  let failing = false
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    maxRequestBodySize: 1_073_741_824,
    fetch: async (request) => {
      if (failing) return new Response('<Error><Code>SlowDown</Code></Error>', { status: 503 })
      if (!isSigned(request, accessKey, secretKey)) {
        refused.push(`${request.method} ${new URL(request.url).pathname}`)
        return new Response('<Error><Code>SignatureDoesNotMatch</Code><Message>wrong signature</Message></Error>', { status: 403 })
      }
      return answer(request, bucket, objects, uploads)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/${bucket}/nightly`,
    ...{ accessKey, secretKey, objects, refused },
    fails: (now) => {
      failing = now
    },
    stop: () => server.stop(true),
  }
}

/** The signature as AWS describes it: canonical request, string to sign, key of the day. */
function isSigned(request: Request, accessKey: string, secretKey: string): boolean {
  const header = request.headers.get('authorization') ?? ''
  const [, credential = '', signedHeaders = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]+)$/.exec(header) ?? []
  const [key, day = '', region = '', service = '', end] = credential.split('/')
  if (key !== accessKey || region !== REGION || service !== 's3' || end !== 'aws4_request') return false
  const url = new URL(request.url)
  const query = [...url.searchParams]
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .toSorted()
    .join('&')
  const headers = signedHeaders.split(';').map((name) => `${name}:${(request.headers.get(name) ?? '').trim()}\n`)
  const payload = request.headers.get('x-amz-content-sha256') ?? ''
  const canonical = [request.method, url.pathname, query, headers.join(''), signedHeaders, payload].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', request.headers.get('x-amz-date'), scope, sha256(canonical)].join('\n')
  const signing = [day, region, service, 'aws4_request'].reduce<Buffer | string>((from, part) => hmac(from, part), `AWS4${secretKey}`)
  return hmac(signing as Buffer, toSign).toString('hex') === signature
}

const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)

async function answer(
  request: Request,
  bucket: string,
  objects: Map<string, Uint8Array>,
  uploads: Map<string, Map<number, Uint8Array>>,
): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url)
  const path = decodeURIComponent(pathname).slice(1)
  if (path !== bucket && !path.startsWith(`${bucket}/`)) return missing('NoSuchBucket')
  const key = path.slice(bucket.length + 1)
  if (key === '') return list(objects, searchParams)
  const uploadId = searchParams.get('uploadId')
  if (request.method === 'POST' && searchParams.has('uploads')) return startUpload(key, bucket, uploads)
  if (uploadId !== null) return onUpload(request, key, uploadId, searchParams, objects, uploads)
  if (request.method === 'PUT') {
    objects.set(key, await request.bytes())
    return new Response(null, { headers: { etag: '"whole"' } })
  }
  if (request.method === 'DELETE') {
    objects.delete(key)
    return new Response(null, { status: 204 })
  }
  const object = objects.get(key)
  if (!object) return missing('NoSuchKey')
  const headers = { 'content-length': String(object.byteLength), etag: '"whole"', 'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT' }
  return new Response(request.method === 'HEAD' ? null : (object as Uint8Array<ArrayBuffer>), { headers })
}

function startUpload(key: string, bucket: string, uploads: Map<string, Map<number, Uint8Array>>): Response {
  const id = crypto.randomUUID()
  uploads.set(id, new Map())
  return xml(
    `<InitiateMultipartUploadResult><Bucket>${bucket}</Bucket><Key>${key}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`,
  )
}

async function onUpload(
  request: Request,
  key: string,
  id: string,
  query: URLSearchParams,
  objects: Map<string, Uint8Array>,
  uploads: Map<string, Map<number, Uint8Array>>,
): Promise<Response> {
  const parts = uploads.get(id)
  if (!parts) return missing('NoSuchUpload')
  if (request.method === 'PUT') {
    parts.set(Number(query.get('partNumber')), await request.bytes())
    return new Response(null, { headers: { etag: `"${query.get('partNumber')}"` } })
  }
  uploads.delete(id)
  if (request.method === 'DELETE') return new Response(null, { status: 204 })
  objects.set(key, Buffer.concat([...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes)))
  return xml(`<CompleteMultipartUploadResult><Key>${key}</Key><ETag>"whole"</ETag></CompleteMultipartUploadResult>`)
}

/** Pages of at most this many, so that whoever lists has to ask again. */
const PAGE = 100

function list(objects: Map<string, Uint8Array>, query: URLSearchParams): Response {
  const [prefix, after] = [query.get('prefix') ?? '', query.get('start-after') ?? '']
  const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted()
  const shown = keys.slice(0, PAGE)
  const contents = shown.map((key) => `<Contents><Key>${key}</Key><Size>${objects.get(key)!.byteLength}</Size></Contents>`).join('')
  const facts = `<Prefix>${prefix}</Prefix><KeyCount>${shown.length}</KeyCount><MaxKeys>${PAGE}</MaxKeys><IsTruncated>${keys.length > PAGE}</IsTruncated>`
  return xml(`<ListBucketResult>${facts}${contents}</ListBucketResult>`)
}

const xml = (body: string): Response =>
  new Response(`<?xml version="1.0" encoding="UTF-8"?>${body}`, { headers: { 'content-type': 'application/xml' } })
const missing = (code: string): Response =>
  new Response(`<Error><Code>${code}</Code><Message>not there</Message></Error>`, {
    status: 404,
    headers: { 'content-type': 'application/xml' },
  })
