import { encode } from 'uqr'

/** A code as one path of squares, for a picture that the server draws. */
export function qrDrawing(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { border: 2, ecc: 'M' })
  const path = data.flatMap((row, y) => row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : []))).join('')
  return { size, path }
}

/** Every reader takes any mask; looking for the one that reads best from afar is most of the work, and a paper is read from near. */
const PAPER_MASK = 3

/** A code as an SVG file of its own, for papers: one stroke for each run of dark squares. */
export function qrPicture(text: string): string {
  const { data, size } = encode(text, { border: 2, ecc: 'M', maskPattern: PAPER_MASK })
  const path = data
    .map((row, y) =>
      runsOf(row)
        .map(([from, length]) => `M${from} ${y}h${length}v1h-${length}z`)
        .join(''),
    )
    .join('')
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}"><path d="${path}"/></svg>`
}

/** Where dark squares begin in a row, and how many stand there together. */
function runsOf(row: readonly boolean[]): [from: number, length: number][] {
  const runs: [number, number][] = []
  row.forEach((dark, x) => {
    const last = runs.at(-1)
    if (dark && last && last[0] + last[1] === x) last[1]++
    else if (dark) runs.push([x, 1])
  })
  return runs
}
