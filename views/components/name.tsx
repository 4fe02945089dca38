/** More than two lines ever hold; a browser needs seconds to lay out a table of names of 10,000 letters. */
const SHOWN_LETTERS = 160

/** Words that people chose, at most two lines of them, whole in the title; isolated, so that right-to-left marks end with them. */
export const Name = ({ of }: { of: string }) => (
  <bdi class="name" title={of}>
    {of.length > SHOWN_LETTERS ? `${[...of.slice(0, SHOWN_LETTERS * 2)].slice(0, SHOWN_LETTERS).join('')}…` : of}
  </bdi>
)
