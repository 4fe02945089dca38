import { showId, type Uuid } from '#src/core/ids'

type Place = { operatorId: Uuid; siteId: Uuid | undefined; applicationId: Uuid | undefined; players: number }

/** A whole game start for a shell, with an operator's own ids. The key comes from the environment, so that it stands in no history and no page. */
export function curlExample(url: string, { operatorId, siteId, applicationId, players }: Place): string {
  const site = siteId ? showId('site', siteId) : 'site_…'
  const app = applicationId ? showId('application', applicationId) : 'app_…'
  const body = JSON.stringify({ app_id: app, site_id: site, player_count: players })
  return [
    `BODY='${body}'`,
    'TIME=$(date +%s)',
    `SESSION="${showId('operator', operatorId)}_\${TIME}_$(LC_ALL=C tr -dc A-Za-z0-9 </dev/urandom | head -c 16)"`,
    `SIGNATURE=$(printf '%s\\n%s\\n%s\\n%s' "$TIME" POST ${PATH} "$BODY" \\`,
    '  | openssl dgst -sha256 -hmac "$MR_API_KEY" -binary | base64)',
    `curl -sS ${new URL(PATH, url).href} --data-raw "$BODY" \\`,
    "  -H 'Content-Type: application/json' \\",
    '  -H "X-Api-Key: $MR_API_KEY" -H "X-Timestamp: $TIME" \\',
    '  -H "X-Signature: $SIGNATURE" -H "X-Session-ID: $SESSION"',
  ].join('\n')
}

export const PATH = '/v1/auth/game/authorize'
