import { type Money, yuan } from '#src/core/money'
import type { FlowNode } from '#src/office/path'
import { Field, Select } from '../components/form'
import { type Say, useText } from '../page-context'
import { SEAT_WORDS } from '../staff/seat'
import type { FlowEditorProps } from './flow-editor'

type NodeProps = FlowEditorProps & { node: FlowNode; at: number }
const MODES = ['sequential', 'all', 'any'] as const
const SEATS = ['super_admin', 'admin', 'operator', 'specialist', 'manager', 'auditor', 'analyst'] as const

/** One node of a flow: what it is called, who decides by which rule, and where it leads. */
export function NodeFields(props: NodeProps) {
  const { node, at, flow } = props
  const t = useText()
  const number = { number: at + 1 }
  return (
    <fieldset class="office-node">
      <legend>{t(node.kind === 'branch' ? 'office.flow.branch' : 'office.flow.approval', number)}</legend>
      <input type="hidden" name={`n${at}.key`} value={node.key} />
      <input type="hidden" name={`n${at}.kind`} value={node.kind} />
      <Field name={`n${at}.name`} label={t('office.flow.name')} value={node.name} autocomplete="off" maxLength={30} />
      {node.kind === 'approval' ? <Approval {...props} node={node} /> : <Branch {...props} node={node} />}
      <div class="form-actions">
        {at > 0 && <Move act={`up:${at}`} label={t('office.flow.up', number)} />}
        {at < flow.nodes.length - 1 && <Move act={`down:${at}`} label={t('office.flow.down', number)} />}
        <Move act={`remove:${at}`} label={t('office.flow.remove', number)} />
      </div>
    </fieldset>
  )
}

const Move = ({ act, label }: { act: string; label: string }) => (
  <button type="submit" class="button" name="act" value={act}>
    {label}
  </button>
)

type Kind<K extends FlowNode['kind']> = Omit<NodeProps, 'node'> & { node: Extract<FlowNode, { kind: K }> }

function Approval(props: Kind<'approval'>) {
  const { node, at, codes, most } = props
  const t = useText()
  const named = codes[node.key] ?? { approvers: [], copies: [] }
  return (
    <>
      <Select
        name={`n${at}.mode`}
        label={t('office.flow.mode')}
        value={node.mode}
        options={MODES.map((value) => ({ value, label: t(`office.mode.${value}`) }))}
      />
      <Slots {...props} letter="a" chosen={named.approvers} most={most.approvers} />
      <Slots {...props} letter="c" chosen={named.copies} most={most.approvers} />
      <Target {...props} name={`n${at}.next`} label={t('office.flow.next')} value={node.next} empty={t('office.flow.next.usual')} />
    </>
  )
}

type SlotProps = Omit<Kind<'approval'>, 'most'> & { letter: 'a' | 'c'; chosen: readonly string[]; most: number }

/** Lists to choose from: one for each who is named, and an empty one; sending the page brings the next. */
function Slots({ at, letter, chosen, most, people }: SlotProps) {
  const t = useText()
  const slots = [...chosen, ''].slice(0, most)
  const options = [
    { value: '', label: t('office.nobody') },
    { value: 'head', label: t('office.approver.head') },
    { value: 'chosen', label: t('office.approver.chosen') },
    ...SEATS.map((seat) => ({ value: `seat:${seat}`, label: t('office.approver.seat', { seat: t(SEAT_WORDS[seat]) }) })),
    ...people.filter((one) => letter === 'c' || one.mayDecide).map(({ id, name }) => ({ value: `person:${id}`, label: name })),
  ]
  return (
    <div class="office-slots">
      {slots.map((value, slot) => (
        <Select
          key={slot}
          name={`n${at}.${letter}${slot}`}
          label={t(letter === 'a' ? 'office.flow.approver' : 'office.flow.copy', { number: slot + 1 })}
          value={value}
          options={known(options, value, t)}
        />
      ))}
    </div>
  )
}

/** Somebody who left or may no longer decide stays visible, so that the fault has a place. */
const known = (options: { value: string; label: string }[], value: string, t: Say) =>
  options.some((option) => option.value === value) ? options : [...options, { value, label: t('office.approver.gone') }]

function Branch(props: Kind<'branch'>) {
  const { node, at, most, departments } = props
  const t = useText()
  const ways = [...node.ways, { overFen: null, departments: [], to: '' }].slice(0, most.ways)
  return (
    <>
      {ways.map((way, index) => (
        <div key={index} class="office-slots">
          <Field
            name={`n${at}.w${index}.over`}
            label={t('office.flow.over')}
            value={way.overFen === null ? '' : yuan(BigInt(way.overFen) as Money)}
            autocomplete="off"
            inputMode="decimal"
            maxLength={12}
            optional
          />
          <Field
            name={`n${at}.w${index}.departments`}
            label={t('office.flow.departments')}
            hint={departments.length > 0 ? departments.slice(0, 8).join('、') : undefined}
            value={way.departments.join('、')}
            autocomplete="off"
            maxLength={200}
            optional
          />
          <Target
            {...props}
            name={`n${at}.w${index}.to`}
            label={t('office.flow.to')}
            value={way.to || null}
            empty={t('office.flow.unused')}
          />
        </div>
      ))}
      <Target
        {...props}
        name={`n${at}.otherwise`}
        label={t('office.flow.otherwise')}
        value={node.otherwise}
        empty={t('office.flow.unset')}
      />
    </>
  )
}

type TargetProps = Pick<NodeProps, 'flow' | 'at'> & { name: string; label: string; value: string | null; empty: string }

function Target({ flow, at, name, label, value, empty }: TargetProps) {
  const t = useText()
  const others = flow.nodes.flatMap((node, index) =>
    index === at ? [] : [{ value: node.key, label: `${index + 1} ${node.name || t('office.flow.unnamed')}` }],
  )
  const options = [{ value: '', label: empty }, ...others, { value: 'end', label: t('office.flow.end') }]
  return <Select name={name} label={label} value={value ?? ''} options={known(options, value ?? '', t)} />
}
