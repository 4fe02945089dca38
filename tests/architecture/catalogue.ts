import { withoutComments } from './source'
import { inFolder, isCode, type Rule, type SourceFile } from './tree'

const CATALOGUE = 'src/core/errors.ts'
/** Only what really raises a problem: the catalogue, lists of codes and texts mention codes too. */
const raises = (code: string): RegExp => new RegExp(`\\b(?:Problem|refuse|problem|unavailable)\\(\\s*(?:[\\w.]+\\s*,\\s*)?'${code}'`)
/** `brokenRule` and `invalidField(s)` stand for INVALID_PARAMS. */
const SHORTHAND = /\b(?:brokenRule|invalidFields?)\(/

/** Every code of the catalogue is thrown by the product and asserted by a test; a code nobody can meet explains nothing. */
export const codesAreUsed: Rule = (files) => {
  const catalogue = files.find(({ path }) => path === CATALOGUE)
  if (!catalogue) return []
  const texts = (chosen: (file: SourceFile) => boolean) =>
    files.filter((file) => isCode(file) && chosen(file)).map(({ text }) => withoutComments(text))
  const source = texts((file) => inFolder('src')(file) && file.path !== CATALOGUE)
  const tests = texts((file) => inFolder('tests')(file) && !inFolder('tests/architecture', 'tests/docs')(file))
  return codesOf(catalogue.text).flatMap(({ code, line }) => [
    ...(source.some((text) => raises(code).test(text) || (code === 'INVALID_PARAMS' && SHORTHAND.test(text)))
      ? []
      : [{ path: CATALOGUE, line, text: `${code} is thrown nowhere` }]),
    ...(tests.some((text) => new RegExp(`\\b${code}\\b`).test(text))
      ? []
      : [{ path: CATALOGUE, line, text: `${code} is asserted by no test` }]),
  ])
}

function codesOf(text: string): { code: string; line: number }[] {
  return text.split('\n').flatMap((content, index) => {
    const code = /^ {2}([A-Z][A-Z_]+): \{/.exec(content)?.[1]
    return code ? [{ code, line: index + 1 }] : []
  })
}
