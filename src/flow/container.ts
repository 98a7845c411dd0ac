// SPDX-License-Identifier: MIT
import type { ContainerNames } from '../observation.ts'

/** What runs containers. */
export type Runtime = NonNullable<ContainerNames['runtime']>

/** What the path of a cgroup says of who runs there; null where it does not say it. */
export type Place = {
  /** The id of the innermost container, 64 hexadecimal digits. */
  id: string | null
  runtime: Runtime | null
  /** The uid of the innermost Kubernetes pod. That of a static pod has no dashes. */
  podUid: string | null
}

/** The container of a process and its Kubernetes pod: null is what is not known. */
export type Container = Place & { name: string | null; pod: string | null; namespace: string | null }

/** How runtimes begin the name of a container's cgroup. Their monitors (`crio-conmon-`, `libpod-conmon-`) are not in it. */
const RUNTIMES: Readonly<Record<string, Runtime>> = {
  'cri-containerd': 'containerd',
  nerdctl: 'containerd',
  crio: 'cri-o',
  docker: 'docker',
  libpod: 'podman',
  'libpod-payload': 'podman',
}

const CONTAINER = /^(?:([a-z-]+)-)?([0-9a-f]{64})(?:\.scope)?$/

const UID = '([0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32})'

/** The kubelet's names: with cgroupfs, and with systemd, which has `-` between levels (kubernetes, cgroup_manager_linux.go). */
const PODS = [
  new RegExp(`^pod${UID}$`),
  new RegExp(`^(?:[a-z]+-)?kubepods(?:-besteffort|-burstable)?-pod${UID}\\.slice$`),
]

const NOBODY: Place = { id: null, runtime: null, podUid: null }

/**
 * Who runs in a cgroup, by its path alone. Of containers within containers the innermost; of what a user runs without root
 * (below user@UID.service) never a pod, since that user chooses these names.
 */
export const placeOf = (cgroup: string): Place => walk(cgroup).place

/**
 * Who runs there in the eyes of the host's own runtimes: the outermost container and its pod. Nobody below user@UID.service:
 * the runtimes of root know nothing of it.
 */
export const hostPlaceOf = (cgroup: string): Place => walk(cgroup).host

/** Both of one path, and the paths asked for last: few processes own the sockets of many connections. */
type Walked = { place: Place; host: Place }
const walked = new Map<string, Walked>()
const MOST_WALKED = 1000

const walk = (cgroup: string): Walked => {
  const known = walked.get(cgroup)
  if (known !== undefined) return known
  const found = walkOnce(cgroup)
  if (walked.size >= MOST_WALKED) walked.clear()
  walked.set(cgroup, found)
  return found
}

const walkOnce = (cgroup: string): Walked => {
  let place = NOBODY
  let host: Place | undefined
  let user = false
  let above = ''
  for (const part of cgroup.split('/')) {
    user ||= /^user@\d+\.service$/.test(part)
    // A driver at odds with systemd makes one directory of its triple `slice:prefix:name` (containerd, runc).
    const [slice = '', prefix, name] = part.split(':')
    const podUid = user ? null : podIn(slice)
    // A pod in a container is not of that container.
    if (podUid !== null) place = { ...NOBODY, podUid }
    const found = containerIn(name === undefined ? part : `${prefix}-${name}`, above)
    if (found !== null) {
      place = { ...place, ...found }
      host ??= user ? NOBODY : place
    }
    above = part
  }
  return { place, host: host ?? (user ? NOBODY : place) }
}

const podIn = (part: string) => {
  for (const pod of PODS) {
    const uid = pod.exec(part)?.[1]
    if (uid !== undefined) return uid.replaceAll('_', '-')
  }
  return null
}

const containerIn = (part: string, above: string): Omit<Place, 'podUid'> | null => {
  const [, prefix, id] = CONTAINER.exec(part) ?? []
  if (id === undefined) return null
  if (prefix !== undefined) {
    const runtime = Object.hasOwn(RUNTIMES, prefix) ? RUNTIMES[prefix] : undefined
    return runtime === undefined ? null : { id, runtime }
  }
  // With cgroupfs, podman has its pods' ids in the place of containers'.
  return above === 'libpod_parent' ? null : { id, runtime: above === 'docker' ? 'docker' : null }
}

/** The container and pod of the owner of a socket, by his cgroup and by what names were read when it was seen. */
export const containerOf = (owner: ({ cgroup: string | null } & ContainerNames) | null): Container => {
  const place = owner === null || owner.cgroup === null ? NOBODY : placeOf(owner.cgroup)
  return {
    ...place,
    runtime: place.runtime ?? owner?.runtime ?? null,
    name: owner?.container ?? null,
    pod: owner?.pod ?? null,
    namespace: owner?.namespace ?? null,
  }
}

/** So much of an id `docker ps` shows. */
export const ID_DIGITS = 12

/** Its name, or as `docker ps` has it the beginning of its id; null where it is in none. */
export const containerLabel = ({ name, id }: Container): string | null => name ?? id?.slice(0, ID_DIGITS) ?? null

/** The name of its pod, or the pod's uid; null where it is in none. */
export const podLabel = ({ pod, podUid }: Container): string | null => pod ?? podUid

/** `shop/web-0`: the pod with its namespace, where known; null where it is in none. */
export const podText = (container: Container): string | null => {
  const label = podLabel(container)
  return label === null || container.namespace === null ? label : `${container.namespace}/${label}`
}

/** `shop/web-0/nginx`: with the container, or the container alone; `-` where it is in none. */
export const containerText = (container: Container): string =>
  [podText(container), containerLabel(container)].filter((part) => part !== null).join('/') || '-'
