// SPDX-License-Identifier: MIT
import { performance } from 'node:perf_hooks'
import { hostPlaceOf, placeOf, type Runtime } from '../flow/container.ts'
import type { ContainerNames } from '../observation.ts'
import { createHostFiles, type HostFiles } from './hostFiles.ts'
import { containerdNames, dockerNames, kubeletLog, podOf, storedNames } from './runtimeFiles.ts'

/** The names of the container in a cgroup, and of its pod; undefined where no file has any. */
export type FindNames = (cgroup: string) => ContainerNames | undefined

/** Cgroups whose names are kept. They outlive their containers here: a reset comes as one dies. */
const MOST_KEPT = 10_000

/** Names that were not there are looked for again: a file may come after the first packet of its container. */
const AGAIN_MS = 10_000

/**
 * Finds names in the files of the kubelet and of runtimes, below `root`; no daemon is asked. `warn` is told once of a file that
 * cannot be read.
 */
export const createContainerNames = (
  warn: (message: string) => void,
  root = '/',
  now: () => number = () => performance.now(),
): FindNames => {
  const kept = new Map<string, { names: ContainerNames | undefined; until: number }>()
  const files = createHostFiles(root, warn)
  return (cgroup) => {
    const known = kept.get(cgroup)
    if (known !== undefined && now() < known.until) return known.names
    const { names, whole } = find(cgroup, files)
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(cgroup, { names, until: whole ? Infinity : now() + AGAIN_MS })
    return names
  }
}

/** The names that there are, and whether they are all that can be. */
const find = (cgroup: string, files: HostFiles): { names: ContainerNames | undefined; whole: boolean } => {
  const [host, inner] = [hostPlaceOf(cgroup), placeOf(cgroup)]
  // Of a container within another one the host's files name the outer alone.
  const id = host.id === inner.id ? host.id : null
  const uid = host.podUid === inner.podUid ? host.podUid : null
  const { container, runtime, ...said } = id === null ? {} : ofContainer(id, host.runtime, files)
  const { pod, namespace } = uid === null ? {} : (podOf(uid, files.list('var/log/pods')) ?? said)
  return {
    names: container === undefined && pod === undefined ? undefined : { container, pod, namespace, runtime },
    whole: (id === null || container !== undefined) && (uid === null || pod !== undefined),
  }
}

const ofContainer = (id: string, runtime: Runtime | null, files: HostFiles): ContainerNames => {
  for (const [whose, places] of PLACES) {
    if (runtime !== null && !whose.includes(runtime)) continue
    for (const [path, parse] of places(id)) {
      const names = parse(files.json(path))
      if (names?.container !== undefined) return names
    }
  }
  return kubeletLog(id, files.list('var/log/containers')) ?? {}
}

type Parse = (json: unknown) => ContainerNames | undefined

/** The files that name a container, by runtime. */
const PLACES: readonly (readonly [whose: readonly Runtime[], places: (id: string) => (readonly [string, Parse])[]])[] =
  [
    [['docker'], (id) => [[`var/lib/docker/containers/${id}/config.v2.json`, dockerNames]]],
    // Those of k3s are in a directory of its own; namespaces are the kubelet's, and that of nerdctl.
    [
      ['containerd'],
      (id) =>
        ['run/containerd', 'run/k3s/containerd'].flatMap((state) =>
          ['k8s.io', 'default'].map(
            (namespace) =>
              [`${state}/io.containerd.runtime.v2.task/${namespace}/${id}/config.json`, containerdNames] as const,
          ),
        ),
    ],
    // The second is of podman run --rm.
    [
      ['cri-o', 'podman'],
      (id) =>
        ['containers', 'volatile-containers'].map(
          (name) =>
            [`var/lib/containers/storage/overlay-containers/${name}.json`, (json) => storedNames(id, json)] as const,
        ),
    ],
  ]
