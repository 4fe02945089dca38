/** A part of the whole as a line under its figure. */
export const ShareBar = ({ share }: { share: number }) => (
  <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">
    <rect class="share-all" width="100" height="4" />
    <rect class="share-part" width={(Math.min(1, Math.max(0, share)) * 100).toFixed(1)} height="4" />
  </svg>
)
