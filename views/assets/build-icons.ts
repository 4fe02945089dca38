import { ICONS } from '../components/icon'

/** One sprite of the icons in use, from lucide-static (a development dependency; the sprite is committed). */
export async function buildSprite(): Promise<string> {
  const symbols = await Promise.all(ICONS.map(symbolOf))
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join('\n')}\n</svg>\n`
}

async function symbolOf(name: string): Promise<string> {
  const source = await Bun.file(new URL(`icons/${name}.svg`, import.meta.resolve('lucide-static/package.json'))).text()
  const shapes = [...source.matchAll(/<(?:path|circle|rect|line|polyline|polygon|ellipse)\b[^>]*>/g)].map(([shape]) => shape)
  // Presentation attributes rather than CSS: the sprite is its own document, out of reach of the page's styles.
  const stroke = 'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
  return `<symbol id="${name}" viewBox="0 0 24 24" ${stroke}>${shapes.join('')}</symbol>`
}

if (import.meta.main) await Bun.write(new URL('icons.svg', import.meta.url), await buildSprite())
