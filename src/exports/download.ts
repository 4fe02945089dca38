import { attachment, streamed } from '#src/platform/files'
import type { MadeFile } from './exports'
import { type ExportFormat, mediaType } from './file'

/** A file as an answer that is written while it is made. */
export const exportResponse = ({ name, bytes }: MadeFile, format: ExportFormat): Response =>
  streamed(bytes, attachment(name, mediaType(format)))
