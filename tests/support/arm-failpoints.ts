/**
 * Loaded before a hub under test (`node --import`): arms its fail points and steps its clock as the parent process says
 * over IPC. Imports nothing of the hub's, since the hub looks for the hook when its own module is loaded.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import type { FailPoint } from '../../src/core/failpoint.js'
import { type ClockStep, FAULT_AT_START, FAULT_REPORT_FD, type Fault } from './fault.js'

interface Armed extends Fault {
  left: number
}

const armed: Armed[] = []
const arm = (fault: Fault): void => {
  armed.splice(0, armed.length, { ...fault, left: fault.nth })
}

const atStart = process.env[FAULT_AT_START]
// Written by the parent process, our own code.
if (atStart !== undefined) arm(JSON.parse(atStart) as Fault)
process.on('message', (message) => {
  const told = message as Fault | ClockStep // what hub-process.ts sends
  if ('clockMs' in told) clock.aheadMs = told.clockMs
  else arm(told)
})
// To be told of faults is no reason to stay alive.
process.channel?.unref()

/** The machine's clock as this process sees it, its embedded database included. */
const clock = { aheadMs: 0 }
const RealDate = Date
Reflect.set(
  globalThis,
  'Date',
  new Proxy(RealDate, {
    construct: (target, given: unknown[]) =>
      Reflect.construct(target, given.length === 0 ? [target.now() + clock.aheadMs] : given),
    get: (target, name) =>
      name === 'now' ? () => RealDate.now() + clock.aheadMs : Reflect.get(target, name),
  }),
)

/** FAILPOINT_HOOK, whose module must not be loaded before this ran. */
Reflect.set(globalThis, Symbol.for('stafett.failpoint'), (point: FailPoint, detail?: string): void => {
  const fault = armed[0]
  if (fault === undefined || fault.point !== point) return
  if (fault.detail !== undefined && detail?.startsWith(fault.detail) !== true) return
  fault.left -= 1
  if (fault.left > 0) return
  armed.length = 0
  writeSync(FAULT_REPORT_FD, `${point} ${fault.action}\n`)
  happen(fault)
})

function happen({ point, action, delayMs }: Fault): void {
  switch (action) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL')
      break
    case 'throw':
      throw new Error(`thrown at ${point}`)
    case 'hang':
      process.kill(process.pid, 'SIGSTOP')
      break
    case 'delay':
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs ?? 1_000)
      break
  }
}
