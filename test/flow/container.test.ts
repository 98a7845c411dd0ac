// SPDX-License-Identifier: MIT
// What the paths of cgroups say, by the runtimes' and the kubelet's formats.
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { containerLabel, containerOf, containerText, hostPlaceOf, placeOf } from '../../src/flow/container.ts'

const A = '4c01db0b339c8a4d2d1f5b1f3e8b2c7a9d6e5f4a3b2c1d0e9f8a7b6c5d4e3f2a'
const B = 'b9f3e1d7c5a80246813579bdf02468ace13579bdf02468ace13579bdf02468ac'
const UID = '87f05a8e-5b54-4a54-a6b5-9f5b7d1f4b64'
const SLICED = UID.replaceAll('-', '_')
const STATIC = '5f1d9c2ab0e34c7d8e9fa1b2c3d4e5f6'
const pod = (podUid: string, id: string | null = null, runtime: string | null = null) => ({ id, runtime, podUid })
const alone = (id: string, runtime: string | null) => ({ id, runtime, podUid: null })
const NOBODY = { id: null, runtime: null, podUid: null }
const BURSTABLE = `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${SLICED}.slice`

test.each([
  // Kubernetes, the kubelet's driver systemd.
  ['containerd', `${BURSTABLE}/cri-containerd-${A}.scope`, pod(UID, A, 'containerd')],
  ['CRI-O', `${BURSTABLE}/crio-${A}.scope`, pod(UID, A, 'cri-o')],
  ['CRI-O, crun with a cgroup of its own', `${BURSTABLE}/crio-${A}.scope/container`, pod(UID, A, 'cri-o')],
  ['docker by cri-dockerd', `${BURSTABLE}/docker-${A}.scope`, pod(UID, A, 'docker')],
  ['podman', `${BURSTABLE}/libpod-${A}.scope`, pod(UID, A, 'podman')],
  [
    'best effort',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SLICED}.slice/cri-containerd-${A}.scope`,
    pod(UID, A, 'containerd'),
  ],
  ['guaranteed', `/kubepods.slice/kubepods-pod${SLICED}.slice/cri-containerd-${A}.scope`, pod(UID, A, 'containerd')],
  [
    'a static pod',
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${STATIC}.slice/cri-containerd-${A}.scope`,
    pod(STATIC, A, 'containerd'),
  ],
  [
    'drivers at odds',
    `/system.slice/containerd.service/kubepods-burstable-pod${SLICED}.slice:cri-containerd:${A}`,
    pod(UID, A, 'containerd'),
  ],
  [
    'k3s',
    `/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${SLICED}.slice/cri-containerd-${A}.scope`,
    pod(UID, A, 'containerd'),
  ],
  // The driver cgroupfs; a path does not tell containerd from docker.
  ['cgroupfs', `/kubepods/besteffort/pod${UID}/${A}`, pod(UID, A)],
  ['cgroupfs, guaranteed', `/kubepods/pod${UID}/${A}`, pod(UID, A)],
  ['cgroupfs, a static pod', `/kubepods/burstable/pod${STATIC}/${A}`, pod(STATIC, A)],
  ['cgroupfs, CRI-O', `/kubepods/burstable/pod${UID}/crio-${A}`, pod(UID, A, 'cri-o')],
  // Without Kubernetes.
  ['docker, systemd', `/system.slice/docker-${A}.scope`, alone(A, 'docker')],
  [
    'docker, systemd, with a service inside',
    `/system.slice/docker-${A}.scope/system.slice/nginx.service`,
    alone(A, 'docker'),
  ],
  ['docker, cgroupfs', `/docker/${A}`, alone(A, 'docker')],
  ['docker, a parent of its own', `/ci-jobs/${A}`, alone(A, null)],
  ['podman, systemd', `/machine.slice/libpod-${A}.scope/container`, alone(A, 'podman')],
  ['podman in a pod of podman', `/machine.slice/machine-libpod_pod_${B}.slice/libpod-${A}.scope`, alone(A, 'podman')],
  ['podman in a service', `/system.slice/web.service/libpod-payload-${A}`, alone(A, 'podman')],
  ['podman, cgroupfs', `/libpod_parent/libpod-${A}`, alone(A, 'podman')],
  ['podman, cgroupfs, in a pod of podman', `/libpod_parent/${B}/libpod-${A}`, alone(A, 'podman')],
  [
    'podman without root',
    `/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${A}.scope`,
    alone(A, 'podman'),
  ],
  ['nerdctl', `/system.slice/nerdctl-${A}.scope`, alone(A, 'containerd')],
  ['ctr', `/default/${A}`, alone(A, null)],
  // Within one another: the innermost.
  ['kind', `/docker/${B}/kubelet/kubepods/burstable/pod${UID}/${A}`, pod(UID, A)],
  [
    'kind, systemd',
    `/system.slice/docker-${B}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${SLICED}.slice/cri-containerd-${A}.scope`,
    pod(UID, A, 'containerd'),
  ],
  ['docker in a pod', `${BURSTABLE}/cri-containerd-${B}.scope/docker/${A}`, pod(UID, A, 'docker')],
  ['docker in docker', `/docker/${B}/docker/${A}`, alone(A, 'docker')],
  // Nobody's container.
  ['a monitor of CRI-O', `${BURSTABLE}/crio-conmon-${A}.scope`, pod(UID)],
  ['a monitor of podman', `/machine.slice/libpod-conmon-${A}.scope`, NOBODY],
  ['the pod itself', BURSTABLE, pod(UID)],
  ['a service', '/system.slice/nginx.service', NOBODY],
  ['the root', '/', NOBODY],
  ['no path', '', NOBODY],
  ['BuildKit', '/docker/buildkit/9ckx6yzvk4xk1w0u8vq3c4w0p', NOBODY],
  // What only looks like one.
  ['a prefix that nobody has', `/system.slice/constructor-${A}.scope`, NOBODY],
  ['a digit too few', `/docker/${A.slice(1)}`, NOBODY],
  ['a digit too many', `/docker/${A}0`, NOBODY],
  ['capitals', `/docker/${A.toUpperCase()}`, NOBODY],
  ['a line behind it', `/docker/${A}\n`, NOBODY],
  ['a uid too short', `/kubepods/pod${UID.slice(1)}/x`, NOBODY],
  [
    'a pod that a user made up',
    `/user.slice/user-1000.slice/user@1000.service/app.slice/kubepods-pod${SLICED}.slice/cri-containerd-${A}.scope`,
    alone(A, 'containerd'),
  ],
])('%s', (_, path, place) => {
  expect(placeOf(path)).toEqual(place)
})

test.each([
  ['a container in a pod is the host’s', `${BURSTABLE}/crio-${A}.scope`, pod(UID, A, 'cri-o')],
  ['of kind it is the node', `/docker/${B}/kubelet/kubepods/burstable/pod${UID}/${A}`, alone(B, 'docker')],
  [
    'of docker in a pod it is the pod’s',
    `${BURSTABLE}/cri-containerd-${B}.scope/docker/${A}`,
    pod(UID, B, 'containerd'),
  ],
  ['of a user without root it is nobody', `/user.slice/user@1000.service/docker-${A}.scope`, NOBODY],
  ['of no container it is its pod', `${BURSTABLE}/crio-conmon-${A}.scope`, pod(UID)],
])('in the eyes of the host: %s', (_, path, place) => {
  expect(hostPlaceOf(path)).toEqual(place)
})

test('no path makes it throw, and what it gives is in the path', () => {
  const part = fc.oneof(
    fc.constantFrom(
      'docker',
      'libpod_parent',
      `docker-${A}.scope`,
      `pod${UID}`,
      `crio-${B}`,
      A,
      'user@0.service',
      '..',
      'a:b:c',
    ),
    fc.string(),
  )
  fc.assert(
    fc.property(fc.array(part), (parts) => {
      const path = parts.join('/')
      for (const { id, podUid } of [placeOf(path), hostPlaceOf(path)]) {
        expect(id === null || path.includes(id)).toBe(true)
        expect(podUid === null || path.includes(podUid)).toBe(true)
      }
    }),
  )
})

test.each<[string, Parameters<typeof containerOf>[0], (string | null)[]]>([
  ['nobody', null, [null, '-']],
  ['a service', { cgroup: '/system.slice/nginx.service' }, [null, '-']],
  ['a container without a name', { cgroup: `/docker/${A}` }, ['4c01db0b339c', '4c01db0b339c']],
  ['with one', { cgroup: `/docker/${A}`, container: 'web' }, ['web', 'web']],
  ['a pod without names', { cgroup: `${BURSTABLE}/crio-${A}.scope` }, ['4c01db0b339c', `${UID}/4c01db0b339c`]],
  [
    'a pod with them',
    { cgroup: `${BURSTABLE}/crio-${A}.scope`, container: 'nginx', pod: 'web-0', namespace: 'shop' },
    ['nginx', 'shop/web-0/nginx'],
  ],
])('%s, in words', (_, owner, words) => {
  const container = containerOf(owner)
  expect([containerLabel(container), containerText(container)]).toEqual(words)
})

test('a file names the runtime where the path does not', () => {
  expect(containerOf({ cgroup: `/kubepods/pod${UID}/${A}`, runtime: 'docker' }).runtime).toBe('docker')
  expect(containerOf({ cgroup: `/kubepods/pod${UID}/crio-${A}`, runtime: 'docker' }).runtime).toBe('cri-o')
})
