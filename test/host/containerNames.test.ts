// SPDX-License-Identifier: MIT
// Names out of a tree that is made as runtimes and the kubelet make theirs.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createContainerNames } from '../../src/host/containerNames.ts'

const ID = '4c01db0b339c8a4d2d1f5b1f3e8b2c7a9d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a'
const OTHER = 'b9f3e1d7c5a80246813579bdf02468ace13579bdf02468ace13579bdf02468ac'
const UID = '87f05a8e-5b54-4a54-a6b5-9f5b7d1f4b64'
const POD = `/kubepods.slice/kubepods-pod${UID.replaceAll('-', '_')}.slice`

let root = ''
let warnings: string[] = []
let clock = 0
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'trace-reset-names-'))
  warnings = []
  clock = 0
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const names = () =>
  createContainerNames(
    (warning) => warnings.push(warning),
    root,
    () => clock,
  )

const DOCKER = `var/lib/docker/containers/${ID}/config.v2.json`
const STORED = 'var/lib/containers/storage/overlay-containers'
const KUBELET = `var/log/pods/shop_web-0_${UID}/nginx/0.log`
const bundle = (state: string, namespace = 'k8s.io') =>
  `run/${state}/io.containerd.runtime.v2.task/${namespace}/${ID}/config.json`
const CRI = JSON.stringify({
  ociVersion: '1.1.0',
  annotations: {
    'io.kubernetes.cri.container-name': 'nginx',
    'io.kubernetes.cri.sandbox-name': 'web-0',
    'io.kubernetes.cri.sandbox-namespace': 'shop',
  },
})
const POD_NAMES = { container: 'nginx', pod: 'web-0', namespace: 'shop' }

test.each<[string, Record<string, string>, string, object | undefined]>([
  ['docker', { [DOCKER]: '{"Name":"/web"}' }, `/docker/${ID}`, { container: 'web', runtime: 'docker' }],
  [
    'docker of Kubernetes',
    { [DOCKER]: `{"Name":"/k8s_nginx_web-0_shop_${UID}_3"}` },
    `${POD}/docker-${ID}.scope`,
    { ...POD_NAMES, runtime: 'docker' },
  ],
  [
    'containerd',
    { [bundle('containerd')]: CRI },
    `${POD}/cri-containerd-${ID}.scope`,
    { ...POD_NAMES, runtime: 'containerd' },
  ],
  [
    'k3s',
    { [bundle('k3s/containerd')]: CRI },
    `${POD}/cri-containerd-${ID}.scope`,
    { ...POD_NAMES, runtime: 'containerd' },
  ],
  [
    'containerd by cgroupfs',
    { [bundle('containerd')]: CRI },
    `/kubepods/pod${UID}/${ID}`,
    { ...POD_NAMES, runtime: 'containerd' },
  ],
  [
    'nerdctl',
    { [bundle('containerd', 'default')]: '{"annotations":{"nerdctl/name":"web"}}' },
    `/system.slice/nerdctl-${ID}.scope`,
    { container: 'web', runtime: 'containerd' },
  ],
  [
    'CRI-O',
    { [`${STORED}/containers.json`]: JSON.stringify([{ id: ID, names: [`k8s_nginx_web-0_shop_${UID}_0`] }]) },
    `${POD}/crio-${ID}.scope`,
    POD_NAMES,
  ],
  [
    'podman',
    {
      [`${STORED}/containers.json`]: JSON.stringify([
        { id: OTHER, names: ['db'] },
        { id: ID, names: ['web'] },
      ]),
    },
    `/machine.slice/libpod-${ID}.scope/container`,
    { container: 'web' },
  ],
  [
    'podman run --rm',
    {
      [`${STORED}/containers.json`]: '[]',
      [`${STORED}/volatile-containers.json`]: JSON.stringify([{ id: ID, names: ['web'] }]),
    },
    `/machine.slice/libpod-${ID}.scope`,
    { container: 'web' },
  ],
  [
    'the kubelet’s logs alone',
    { [KUBELET]: '', [`var/log/containers/web-0_shop_nginx-${ID}.log`]: '' },
    `${POD}/crio-${ID}.scope`,
    POD_NAMES,
  ],
  ['the directory of a pod', { [KUBELET]: '' }, `${POD}/crio-${ID}.scope`, { pod: 'web-0', namespace: 'shop' }],
  [
    'the pod’s directory before what a runtime says',
    { [KUBELET]: '', [bundle('containerd')]: CRI.replace('web-0', 'other') },
    `${POD}/cri-containerd-${ID}.scope`,
    { ...POD_NAMES, runtime: 'containerd' },
  ],
  [
    'no pod by a container’s own word',
    { [bundle('containerd')]: CRI },
    `/system.slice/nerdctl-${ID}.scope`,
    { container: 'nginx', runtime: 'containerd' },
  ],
  ['a container in a container', { [DOCKER]: '{"Name":"/web"}' }, `/docker/${OTHER}/docker/${ID}`, undefined],
  [
    'a container in a pod’s',
    { [KUBELET]: '', [DOCKER]: '{"Name":"/web"}' },
    `${POD}/crio-${OTHER}.scope/docker/${ID}`,
    { pod: 'web-0', namespace: 'shop' },
  ],
  [
    'what a user named like one',
    { [DOCKER]: '{"Name":"/web"}' },
    `/user.slice/user@1000.service/docker-${ID}.scope`,
    undefined,
  ],
  ['no container', { [DOCKER]: '{"Name":"/web"}' }, '/system.slice/nginx.service', undefined],
  ['nothing there', {}, `/docker/${ID}`, undefined],
])('%s', (_, files, cgroup, expected) => {
  for (const [path, text] of Object.entries(files)) write(path, text)
  expect(names()(cgroup)).toEqual(expected)
  expect(warnings).toEqual([])
})

test.each([
  ['no JSON', () => write(DOCKER, '{"Name":'), /JSON/],
  ['a directory', () => mkdirSync(join(root, DOCKER), { recursive: true }), /not a file/],
  ['too long', () => write(DOCKER, ' '.repeat((8 << 20) + 1)), /more than 8 MiB/],
])('%s in the place of a file is warned of once, and ends nothing', (_, make, words) => {
  make()
  const find = names()
  expect(find(`/docker/${ID}`)).toBe(undefined)
  clock += 10_000
  expect(find(`/docker/${ID}`)).toBe(undefined)
  expect(warnings).toEqual([expect.stringMatching(words)])
  expect(warnings[0]).toContain(join(root, DOCKER))
})

test.each(['null', '[]', '7', '{}', '{"Name":7}', '{"Name":""}'])('%s has no name', (text) => {
  write(DOCKER, text)
  write(`${STORED}/containers.json`, text)
  write(bundle('containerd'), text)
  const find = names()
  for (const cgroup of [`/docker/${ID}`, `/libpod_parent/libpod-${ID}`, `/system.slice/nerdctl-${ID}.scope`])
    expect(find(cgroup)).toBe(undefined)
  expect(warnings).toEqual([])
})

test('a name that comes later is found, and outlives its container', () => {
  const find = names()
  expect(find(`/docker/${ID}`)).toBe(undefined)
  write(DOCKER, '{"Name":"/web"}')
  expect(find(`/docker/${ID}`)).toBe(undefined)
  clock += 10_000
  expect(find(`/docker/${ID}`)).toMatchObject({ container: 'web' })
  rmSync(join(root, DOCKER))
  clock += 3_600_000
  expect(find(`/docker/${ID}`)).toMatchObject({ container: 'web' })
})
