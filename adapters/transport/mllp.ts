/** The MLLP server (hl7v2.md 9): TCP or mutual TLS, limits on connections, orderly stop. */
import { type AddressInfo, BlockList, createServer, isIPv6, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { Clock, Log } from '../../src/core/ports.js'
import { type Connection, openConnection } from './mllp-connection.js'
import type { FrameLimits } from './mllp-frames.js'

export interface MllpLimits extends FrameLimits {
  /** No byte for so long within a frame. */
  readonly frameIdleMsMax: number
  /** From the start byte to the end, however steadily it drips. */
  readonly frameTotalMsMax: number
  /** No frame for so long. */
  readonly connectionIdleMsMax: number
  /** The peer does not read its answer for so long. */
  readonly writeMsMax: number
  /** Frames, and bytes of them, that wait on one connection before its socket is no longer read. */
  readonly queuedFramesMax: number
  readonly queuedBytesMax: number
  readonly connectionsMax: number
  readonly connectionsPerPeerMax: number
  /** How often the time limits are looked at. */
  readonly watchMs: number
}

export const MLLP_LIMITS: MllpLimits = {
  frameBytesMax: 10 * 1024 * 1024,
  noiseBytesMax: 1_024,
  acceptLoneEnd: false,
  frameIdleMsMax: 30_000,
  frameTotalMsMax: 120_000,
  connectionIdleMsMax: 600_000,
  writeMsMax: 30_000,
  queuedFramesMax: 16,
  queuedBytesMax: 10 * 1024 * 1024,
  connectionsMax: 1_000,
  connectionsPerPeerMax: 100,
  watchMs: 1_000,
}

export interface MllpOptions {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  readonly limits?: Partial<MllpLimits>
  readonly log: Log
  /** Default: the system's. */
  readonly clock?: Clock
  /** Undefined: nothing could be stored; no answer, and the connection is closed. Empty: no answer is wanted. */
  readonly handle: (raw: Uint8Array) => Promise<Uint8Array | undefined>
  /** While true nothing is read: the senders wait, and none is told no. */
  readonly held?: () => boolean
  /** MLLP has no login: off loopback, certificates of the senders, or a list of their addresses. PEM. */
  readonly tls?: { readonly key: string; readonly cert: string; readonly ca: string }
  /** Addresses or networks (`10.0.0.0/8`) that may connect; absent: all. */
  readonly allowedAddresses?: readonly string[]
}

export interface MllpServer {
  readonly address: AddressInfo
  readonly port: number
  readonly connections: () => number
  /** Takes no more, finishes the frames in hand, at most `drainMs` milliseconds. */
  readonly stop: (drainMs: number) => Promise<void>
}

export async function startMllpServer(options: MllpOptions): Promise<MllpServer> {
  const limits: MllpLimits = { ...MLLP_LIMITS, ...options.limits }
  const { log } = options
  const door: Door = {
    limits,
    open: new Map(),
    perPeer: new Map(),
    allowed: options.allowedAddresses === undefined ? undefined : blockListOf(options.allowedAddresses),
    accepted: 0,
  }
  const accept = (socket: Socket) => acceptConnection(door, socket, options)
  const server =
    options.tls === undefined
      ? createServer({ allowHalfOpen: true }, accept)
      : createTlsServer(
          { ...options.tls, requestCert: true, rejectUnauthorized: true, allowHalfOpen: true },
          accept,
        )
  server.on('tlsClientError', (error: Error & { code?: string }) =>
    log.warn('mllp tls refused', { code: error.code }),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  server.on('error', (error: Error & { code?: string }) =>
    log.error('mllp server', { code: error.code }, error),
  )
  const address = addressOf(server.address())
  return {
    address,
    port: address.port,
    connections: () => door.open.size,
    stop: (drainMs) =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          for (const connection of door.open.values()) connection.destroy()
        }, drainMs)
        server.close(() => {
          clearTimeout(timer)
          resolve()
        })
        for (const connection of door.open.values()) connection.finish()
      }),
  }
}

interface Door {
  readonly limits: MllpLimits
  readonly open: Map<Socket, Connection>
  /** Connections by address. */
  readonly perPeer: Map<string, number>
  readonly allowed: BlockList | undefined
  accepted: number
}

function acceptConnection(door: Door, socket: Socket, options: MllpOptions): void {
  const { limits, open, perPeer } = door
  const peer = socket.remoteAddress ?? ''
  const refusal = refusalOf(door, peer)
  if (refusal !== undefined) {
    options.log.warn(refusal, { connections: open.size })
    socket.destroy()
    return
  }
  door.accepted += 1
  perPeer.set(peer, (perPeer.get(peer) ?? 0) + 1)
  socket.setNoDelay(true)
  const { log, handle, clock = Date.now, held = () => false } = options
  open.set(socket, openConnection(socket, { limits, log, clock, handle, held, id: door.accepted }))
  socket.on('close', () => {
    open.delete(socket)
    const left = (perPeer.get(peer) ?? 1) - 1
    if (left > 0) perPeer.set(peer, left)
    else perPeer.delete(peer)
  })
}

function refusalOf({ limits, open, perPeer, allowed }: Door, peer: string): string | undefined {
  if (allowed !== undefined && !allowed.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4'))
    return 'mllp address not allowed'
  if (open.size >= limits.connectionsMax) return 'mllp connections at the limit'
  if ((perPeer.get(peer) ?? 0) >= limits.connectionsPerPeerMax)
    return 'mllp connections of a peer at the limit'
  return undefined
}

/** A TCP server that listens has an address with a port. */
function addressOf(address: AddressInfo | string | null): AddressInfo {
  if (address === null || typeof address === 'string')
    throw new TypeError('the server does not listen on TCP')
  return address
}

function blockListOf(addresses: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of addresses) {
    const [address = '', prefix] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}
