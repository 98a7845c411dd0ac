// SPDX-License-Identifier: MIT
// Whether the socket that a segment did not find is bound to another interface than the segment came by.
import type { Case } from '../flow/case.ts'
import type { Kind } from '../observation.ts'

/** The socket of the connection, as far as seen, where it is bound to another interface; undefined where it is not. */
export const boundSocket = ({ reset: { segment }, boundTo }: Case): Kind<'state'> | undefined =>
  segment?.ifindex !== undefined && boundTo?.bound !== undefined && boundTo.bound !== segment.ifindex
    ? boundTo
    : undefined

/**
 * The kind of socket that this host has for the connection, bound to no interface, where the segment came by a VRF; undefined
 * where it has none. The module tells of the very namespace as of another one then (kmod/near.c, find_elsewhere).
 */
export const outsideVrf = ({ reset: { segment, tuple }, after }: Case): string | undefined => {
  const { other_netns, other_found } = after?.answer ?? {}
  return segment?.ifindex !== undefined && other_netns === tuple.netns ? other_found : undefined
}

/** The interface that the listener of the port is bound to, where that alone keeps it from the segment; undefined where not. 0: to none, and the segment came by a VRF. */
export const listenerElsewhere = ({ reset: { segment }, after }: Case): number | undefined => {
  const { listen_differs, listen_ifindex } = after?.answer ?? {}
  return segment?.ifindex !== undefined && listen_differs === 'device' && listen_ifindex !== segment.ifindex
    ? listen_ifindex
    : undefined
}
