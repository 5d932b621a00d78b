/** A Redis of the test's own, so that emptying and killing it hurts nobody else. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { freePort } from './hub-process.js'
import { programOnPath } from './reachable.js'

export interface PrivateRedis {
  readonly url: string
  /** Sends one command without arguments and waits for the answer. */
  readonly command: (name: string) => Promise<void>
  readonly stop: () => Promise<void>
}

/** Undefined where the server is not installed. */
export async function startPrivateRedis(): Promise<PrivateRedis | undefined> {
  const program = programOnPath('redis-server')
  if (program === undefined) return undefined
  const port = await freePort()
  const child = spawn(
    program,
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    {
      stdio: 'ignore',
    },
  )
  await untilAnswers(port, child)
  return {
    url: `redis://127.0.0.1:${port}`,
    command: (name) => send(port, name),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function untilAnswers(port: number, child: ChildProcess): Promise<void> {
  const until = Date.now() + 5_000
  for (;;) {
    const answered = await send(port, 'PING').then(
      () => true,
      () => false,
    )
    if (answered) return
    if (Date.now() > until || child.exitCode !== null) throw new Error('the private Redis did not start')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

function send(port: number, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(`${name}\r\n`))
    socket.once('data', () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}
