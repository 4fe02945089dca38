import { showId, type Uuid } from '#src/core/ids'
import { Filters } from '../components/filters'
import { Icon } from '../components/icon'
import { Layout } from '../layout'
import { StatementBody, type StatementProps } from '../operator/statement'
import { useText } from '../page-context'
import { customerPath } from './customers'

export type CustomerStatementProps = StatementProps & { customer: { id: Uuid; name: string } }

/** `/finance/customers/{id}/statement`: a customer's period as the customer sees it, with its paper. */
export function CustomerStatementPage({ customer, dates, statement }: CustomerStatementProps) {
  const t = useText()
  const { first, last } = statement
  const at = `${customerPath(customer.id)}/statement`
  const file = (format: string) => `${at}?from=${first}&to=${last}&format=${format}`
  return (
    <Layout
      title={t('statement.title')}
      note={t('statement.period', { first, last })}
      trail={[
        { href: '/finance/customers', label: t('customers.title') },
        { href: customerPath(customer.id), label: customer.name },
      ]}
      action={
        <>
          <a class="button" href={file('csv')}>
            <Icon name="download" />
            {t('statement.csv')}
          </a>
          <a class="button primary" href={file('pdf')}>
            <Icon name="file-text" />
            {t('statement.pdf')}
          </a>
        </>
      }
    >
      <Filters action={at} dates={dates} chips={[]} />
      <StatementBody
        statement={statement}
        rowsAt={(query) => `/finance/transactions?keyword=${showId('operator', customer.id)}&${query}`}
      />
    </Layout>
  )
}
