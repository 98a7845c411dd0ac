// SPDX-License-Identifier: MIT
// What the files of the kubelet and of container runtimes say. Each parser takes what was read, and gives undefined for anything else.
import { z } from 'zod'
import type { ContainerNames } from '../observation.ts'

/** Pods have a directory each in /var/log/pods, `NAMESPACE_POD_UID` (kubernetes, kuberuntime/helpers.go); no name has an underscore. */
export const podOf = (uid: string, directories: readonly string[]): ContainerNames | undefined => {
  const [namespace, pod, ...rest] = directories.find((name) => name.endsWith(`_${uid}`))?.split('_') ?? []
  return rest.length === 1 ? { namespace, pod } : undefined
}

/**
 * Containers of pods have a link each in /var/log/containers, `POD_NAMESPACE_CONTAINER-ID.log`. A long name is cut, and has no id
 * then (kubernetes, kuberuntime/legacy.go).
 */
export const kubeletLog = (id: string, links: readonly string[]): ContainerNames | undefined => {
  const end = `-${id}.log`
  const [pod, namespace, container, ...rest] =
    links
      .find((name) => name.endsWith(end))
      ?.slice(0, -end.length)
      .split('_') ?? []
  return container === undefined || rest.length > 0 ? undefined : { pod, namespace, container }
}

/** Docker's /var/lib/docker/containers/ID/config.v2.json. Its names begin with a slash. */
export const dockerNames = (json: unknown): ContainerNames | undefined => {
  const { data } = docker.safeParse(json)
  return data && { ...named(data.Name.replace(/^\//, '')), runtime: 'docker' }
}

/** The config.json of a bundle of containerd: annotations by its CRI plugin, or by nerdctl. */
export const containerdNames = (json: unknown): ContainerNames | undefined => {
  const { data } = bundle.safeParse(json)
  if (data === undefined) return undefined
  const { annotations } = data
  return {
    container: annotations['io.kubernetes.cri.container-name'] ?? annotations['nerdctl/name'],
    pod: annotations['io.kubernetes.cri.sandbox-name'],
    namespace: annotations['io.kubernetes.cri.sandbox-namespace'],
    runtime: 'containerd',
  }
}

/** The containers.json of containers/storage, which podman and CRI-O use. */
export const storedNames = (id: string, json: unknown): ContainerNames | undefined => {
  if (!Array.isArray(json)) return undefined
  for (const entry of json) {
    const { data } = stored.safeParse(entry)
    if (data?.id === id) return named(data.names[0])
  }
  return undefined
}

const docker = z.object({ Name: z.string().min(1) })
const bundle = z.object({ annotations: z.record(z.string(), z.string()) })
const stored = z.object({ id: z.string(), names: z.tuple([z.string().min(1)], z.string()) })

// For the kubelet, Docker and CRI-O make names of five parts: `k8s_CONTAINER_POD_NAMESPACE_UID_ATTEMPT`.
const named = (name: string): ContainerNames => {
  const [, container, pod, namespace] = /^k8s_([^_]+)_([^_]+)_([^_]+)_[^_]+_\d+$/.exec(name) ?? []
  return container === undefined ? { container: name } : { container, pod, namespace }
}
