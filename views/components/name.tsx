/** Words that people chose, at most two lines of them, whole in the title; isolated, so that right-to-left marks end with them. */
export const Name = ({ of }: { of: string }) => (
  <bdi class="name" title={of}>
    {of}
  </bdi>
)
