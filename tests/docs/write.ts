import { join } from 'node:path'
import { ROOT } from '../architecture/tree'
import { BLOCKS, renewed } from './blocks'

/** `bun run docs`: writes the parts of the documents that are made from the code. */
for (const path of new Set(BLOCKS.map((block) => block.path))) {
  await Bun.write(join(ROOT, path), renewed(path))
  process.stdout.write(`${path}\n`)
}
