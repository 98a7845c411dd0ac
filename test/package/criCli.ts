// SPDX-License-Identifier: MIT
// What the kubelet does, for one pod with one container: `cri.mjs NAMESPACE POD UID CONTAINER IMAGE COMMAND...` asks containerd by
// the Container Runtime Interface (k8s.io/cri-api, runtime/v1/api.proto) to run it on the network of the node, and prints its id.
// It runs in a lab machine, as one file that esbuild makes.
import { mkdirSync } from 'node:fs'
import { connect as connectTo, type IncomingHttpHeaders } from 'node:http2'
import { connect } from 'node:net'

const [, , namespace = '', pod = '', uid = '', container = '', image = '', ...command] = process.argv

/** Fields of a protobuf message: their numbers, and text, a number or a message. */
type Message = readonly (readonly [field: number, value: string | number | Message])[]

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))]

const encode = (message: Message): Buffer =>
  Buffer.concat(
    message.map(([field, value]) => {
      if (typeof value === 'number') return Buffer.from([...varint(field * 8), ...varint(value)])
      const bytes = typeof value === 'string' ? Buffer.from(value) : encode(value)
      return Buffer.concat([Buffer.from([...varint(field * 8 + 2), ...varint(bytes.length)]), bytes])
    }),
  )

const session = connectTo('http://localhost', { createConnection: () => connect('/run/containerd/containerd.sock') })

/** Calls a method of the runtime. Gives the first field of the answer, an id of fewer than 128 characters. */
const call = (method: string, message: Message) =>
  new Promise<string>((resolve, reject) => {
    const body = encode(message)
    const head = Buffer.alloc(5)
    head.writeUInt32BE(body.length, 1)
    const path = `/runtime.v1.RuntimeService/${method}`
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' }
    const request = session.request(headers)
    const answer: Buffer[] = []
    let said: IncomingHttpHeaders = {}
    const take = (more: IncomingHttpHeaders) => (said = { ...said, ...more })
    request.on('response', take).on('trailers', take).on('error', reject)
    request.on('data', (bytes: Buffer) => answer.push(bytes))
    request.on('close', () => {
      if (said['grpc-status'] !== '0') return reject(new Error(`${method}: ${String(said['grpc-message'])}`))
      const field = Buffer.concat(answer).subarray(5)
      return resolve(field.subarray(2, 2 + (field[1] ?? 0)).toString())
    })
    request.end(Buffer.concat([head, body]))
  })

/** NamespaceMode: the network of the node. */
const NODE = 2

const directory = `/var/log/pods/${namespace}_${pod}_${uid}`
mkdirSync(`${directory}/${container}`, { recursive: true })
const sandbox: Message = [
  [
    1,
    [
      [1, pod],
      [2, uid],
      [3, namespace],
    ],
  ],
  [3, directory],
  [
    8,
    [
      [1, `/kubepods/burstable/pod${uid}`],
      [2, [[1, [[1, NODE]]]]],
    ],
  ],
]
const readOnly = (path: string) =>
  [
    7,
    [
      [1, path],
      [2, path],
      [3, 1],
    ],
  ] as const
const config: Message = [
  [1, [[1, container]]],
  [2, [[1, image]]],
  ...command.map((word) => [3, word] as const),
  ...['/usr', '/test'].map(readOnly),
  [11, `${container}/0.log`],
]

const sandboxId = await call('RunPodSandbox', [[1, sandbox]])
const asked: Message = [
  [1, sandboxId],
  [2, config],
  [3, sandbox],
]
const id = await call('CreateContainer', asked)
await call('StartContainer', [[1, id]])
process.stdout.write(`${id}\n`)
session.close()
