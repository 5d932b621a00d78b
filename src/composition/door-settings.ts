/** What the door checks of all channels are told. */
import type { Config } from '../config.js'
import type { DoorSettings } from '../core/message.js'
import { openXsdFolder } from '../validation/xsd.js'

/** @throws Error when a schema folder is named and holds none */
export async function doorSettings(config: Config): Promise<DoorSettings> {
  const schemas = config.xsdDir === undefined ? undefined : await openSchemas(config.xsdDir)
  return {
    zone: config.zone,
    syntheticIds: config.syntheticIds,
    processingIds: config.processingIds,
    appRec11: new Set(config.appRec11),
    ...(schemas === undefined ? {} : { schemas }),
  }
}

async function openSchemas(folder: string): ReturnType<typeof openXsdFolder> {
  try {
    return await openXsdFolder(folder)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'cannot be read'
    throw new Error(`STAFETT_XSD_DIR=${folder}: ${why}`, { cause })
  }
}
