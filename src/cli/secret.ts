import { chmodSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { masterKeysAlone } from '#src/platform/config'
import { newestVersion, openKeyText, sealedVersion, sealKeyText } from '#src/platform/key-files'
import { type Command, failure, parse } from './command'
import { print } from './print'

export const secretCommands: Command[] = [
  {
    name: 'secret seal',
    usage: '<file>',
    zh: '用主密钥加密一个密钥文件',
    en: 'encrypt a key file under the master key',
    more: [
      '原地改写，权限设为 0600；生产环境只接受加密后的密钥文件。更换主密钥后再运行一次，即改用最新的主密钥',
      'Rewrites the file in place with mode 0600; production takes sealed key files only. Run it again after a new master key was added',
      '格式 format: mr-sealed:v1:<MASTER_KEYS 版本 version>:<base64(nonce 12 | tag 16 | AES-256-GCM)>',
    ],
    run: async (args) => {
      const { positionals } = parse(args, {}, ['file'])
      print(sealFile(positionals[0]!, masterKeysAlone()))
      return 0
    },
  },
]

/** Seals a file in place under the newest master key; gives a sentence that says what was done. Throws when it cannot be read, opened or written. */
export function sealFile(path: string, masterKeys: string): string {
  const text = readText(path)
  const before = sealedVersion(text)
  const newest = newestVersion(masterKeys)
  if (before === newest) return `已是加密文件 / already sealed under master key ${newest}: ${path}`
  replaceFile(path, sealKeyText(opened(text, masterKeys, path), masterKeys))
  return `已加密 / sealed under master key ${newest}: ${path}`
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw failure(`无法读取 ${path}（${code}）`, `cannot read ${path} (${code})`)
  }
}

function opened(text: string, masterKeys: string, path: string): string {
  try {
    return openKeyText(text, masterKeys)
  } catch {
    throw failure(`MASTER_KEYS 中没有能解开 ${path} 的密钥`, `none of MASTER_KEYS opens ${path}`)
  }
}

/** Whole or not at all: a key that is half written would be lost. */
function replaceFile(path: string, text: string): void {
  const beside = `${path}.sealing`
  writeFileSync(beside, text, { mode: 0o600 })
  chmodSync(beside, 0o600)
  renameSync(beside, path)
}
