import { PartnerPage, PartnerStatePage, RenewPartnerKeyPage } from '#views/admin/partner'
import { PartnerFormPage, SCOPES } from '#views/admin/partner-form'
import { PartnersPage, type PartnerView } from '#views/admin/partners'
import { WalletPage } from '#views/admin/wallet'
import { WalletCheckPage } from '#views/admin/wallet-check'
import { PartnerWalletCheckPage } from '#views/public/wallet-check'
import { ago, id, type Sample, slice } from './sample-parts'
import { type Say, staff } from './sample-props'

const aPartner = (say: Say, at: number): PartnerView => ({
  id: id(at),
  platform: say('market_one'),
  name: say('星光集市'),
  keyHint: say('3f8a…91c2'),
  keyGeneratedAt: ago(at * 3_600),
  signatureRequired: at % 2 === 0,
  rateLimitPerMinute: 6_000,
  disabledAt: at % 3 === 2 ? ago(600) : null,
  createdAt: ago(at * 7_200),
})

const entries = (say: Say) =>
  (['opening', 'credit', 'debit', 'transfer', 'freeze', 'release', 'reversal'] as const).map((kind, at) => ({
    id: id(at),
    kind,
    currency: (['gameCoins', 'cashBalance', 'computingPower'] as const)[at % 3]!,
    direction: at % 2 === 0 ? ('credit' as const) : ('debit' as const),
    amount: 1_250n,
    balanceAfter: 9_007_199_254_740_991n,
    reason: say('通关奖励'),
    reference: at % 2 === 0 ? say('match-20418') : null,
    createdAt: ago(at * 900),
  }))

/** Partner platforms, their players' wallets and the integration check. */
export function walletSamples(say: Say): Sample[] {
  const viewer = staff(say, 'admin', 'super_admin')
  const partner = { ...aPartner(say, 1), scopes: [...SCOPES], origins: [say('https://market.example')], previousKeyValidUntil: ago(-3_600) }
  const values = {
    platform: say('market_one'),
    name: say('星光集市'),
    scopes: ['wallet:read'],
    origins: say('https://market.example'),
    signatureRequired: false,
    rateLimitPerMinute: say('6000'),
  }
  const wrong = {
    platform: say('格式错误'),
    name: say('至少2个字符'),
    scopes: say('至少选择一项'),
    origins: say('格式错误'),
    rateLimitPerMinute: say('须为整数'),
  }
  const purses = {
    gameCoins: { available: 700n, frozen: 300n },
    cashBalance: { available: 2_600n, frozen: 0n },
    computingPower: { available: 9_007_199_254_740_991n, frozen: 0n },
  }
  const platforms = [aPartner(say, 1), { ...aPartner(say, 2), platform: say('cloud_club') }]
  const sought = { platform: say('market_one'), user: say('player-1001') }
  const partners = [1, 2].map((at) => ({ ...aPartner(say, at), players: at * 1_204 }))
  const at = (name: string, path: string, page: Sample['page']): Sample => ({ name, path, viewer, page })
  return [
    at('partners', '/admin/partners', <PartnersPage partners={partners} />),
    at('partners-empty', '/admin/partners', <PartnersPage partners={[]} />),
    at('partner', '/admin/partners/ptn_1', <PartnerPage partner={partner} players={1_204} shownKey={null} />),
    at('partner-key', '/admin/partners/ptn_1/key', <PartnerPage partner={partner} players={0} shownKey={say('ab'.repeat(32))} />),
    at('partner-new', '/admin/partners/new', <PartnerFormPage partner={null} values={values} errors={{}} message={null} />),
    at(
      'partner-refused',
      '/admin/partners/new',
      <PartnerFormPage partner={null} values={values} errors={wrong} message={say('请稍后再试')} />,
    ),
    at('partner-edit', '/admin/partners/ptn_1/edit', <PartnerFormPage partner={partner} values={values} errors={{}} message={null} />),
    at('partner-renew', '/admin/partners/ptn_1/key', <RenewPartnerKeyPage partner={partner} message={say('该申请已处理')} />),
    at(
      'partner-state',
      '/admin/partners/ptn_1/state',
      <PartnerStatePage partner={partner} reason={say('合同到期')} errors={{ reason: say('至少10个字符') }} message={null} />,
    ),
    at('wallet', '/admin/wallets', <WalletPage platforms={platforms} sought={sought} purses={purses} entries={slice(entries(say))} />),
    at('wallet-none', '/admin/wallets', <WalletPage platforms={platforms} sought={sought} purses={null} entries={slice([])} />),
    at('wallet-check', '/admin/wallet-check', <WalletCheckPage ownKey={null} />),
    { name: 'wallet-check-partner', path: '/integration/wallet-check', viewer: null, page: <PartnerWalletCheckPage /> },
  ]
}
