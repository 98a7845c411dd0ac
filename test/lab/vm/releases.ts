// SPDX-License-Identifier: MIT
import { LabError } from './errors.ts'

/** An architecture that is not that of the other images. */
export type Architecture = 'arm64'

/** A kernel that the lab builds itself: the Debian package of its source, and which fragment of kernels/. */
export type Built = { readonly source: string; readonly fragment: string }

/** One kernel of the lab, and the Debian it runs under. */
export type Release = {
  /** What is typed on the command line, and the name of the cached image. */
  readonly name: string
  /** Debian suite of everything but the kernel. */
  readonly suite: string
  /** Debian suite of the kernel and its headers, where it is another one. */
  readonly kernelSuite?: string
  /** Whether the suite has a `-security` sister on the mirror. */
  readonly security: boolean
  /** What this row needs beyond `PACKAGES`. */
  readonly extraPackages: readonly string[]
  /** Another flavour than `KERNEL_PACKAGES`. */
  readonly kernelPackages?: readonly string[]
  /** A kernel of our own instead, built from Debian's source for this suite (kernel.ts). */
  readonly built?: Built
  /** Where it is not that of this machine. Its Node.js is Debian's then. */
  readonly arch?: Architecture
}

/** Packages of every image, beside the kernel and its headers. */
export const PACKAGES = [
  'bpftrace',
  'busybox-static',
  'conntrack',
  'cpio',
  'gcc',
  'initramfs-tools',
  'iproute2',
  'iptables',
  'kmod',
  'make',
  'nftables',
  'procps',
  'python3',
  'tcpdump',
  'util-linux',
  'xz-utils',
  'zstd',
] as const

/** Packages taken from the kernel's suite. The cloud flavour is the smallest one, and has all that is traced. */
export const KERNEL_PACKAGES = ['linux-image-cloud-amd64', 'linux-headers-cloud-amd64'] as const

/** The releases of the gauntlet. */
export const RELEASES: readonly Release[] = [
  // The kernel alone, since bullseye's own bpftrace 0.11 prints wrong numbers.
  { name: 'bullseye', suite: 'bookworm', kernelSuite: 'bullseye', security: true, extraPackages: [] },
  { name: 'bookworm', suite: 'bookworm', security: true, extraPackages: [] },
  { name: 'trixie', suite: 'trixie', security: true, extraPackages: [] },
  { name: 'sid', suite: 'sid', security: false, extraPackages: [] },
]

const flavour = (name: string) => [`linux-image-${name}`, `linux-headers-${name}`]

/** Other flavours of their kernels, which `npm run trust` tries. Their names begin with what differs (see `publish`). */
export const FLAVOURS: readonly Release[] = [
  { name: 'generic-trixie', suite: 'trixie', security: true, extraPackages: [], kernelPackages: flavour('amd64') },
  { name: 'rt-trixie', suite: 'trixie', security: true, extraPackages: [], kernelPackages: flavour('rt-amd64') },
  { name: 'rt-bookworm', suite: 'bookworm', security: true, extraPackages: [], kernelPackages: flavour('rt-amd64') },
  {
    name: 'arm64-trixie',
    suite: 'trixie',
    security: true,
    extraPackages: ['nodejs'],
    kernelPackages: flavour('cloud-arm64'),
    arch: 'arm64',
  },
  {
    name: 'sanitizers-trixie',
    suite: 'trixie',
    security: true,
    extraPackages: [],
    built: { source: 'linux-source-6.12', fragment: 'sanitizers' },
  },
]

/** The releases whose kernels every run of the tests puts to the whole proof, and those that get a part of it. */
export const GAUNTLET_RELEASES = ['bookworm', 'trixie'] as const
export const SMOKE_RELEASES = ['bullseye', 'sid'] as const

/** The triggers of that part: each way of the data once. */
export const SMOKE = [
  'firewall-reject',
  'ignored-out-of-window',
  'keepalive-timeout',
  'no-listener',
  'peer-aborted',
  'time-wait-assassinated',
  'unread-data-on-close',
] as const

/**
 * Finds the row of a release.
 * @throws LabError (exit code 2) when there is no such release
 */
export const findRelease = (name: string): Release => {
  const all = [...RELEASES, ...FLAVOURS]
  const release = all.find((row) => row.name === name)
  if (release !== undefined) return release
  const known = all.map((row) => row.name).join(', ')
  throw new LabError(`no release called ${JSON.stringify(name)}`, { exitCode: 2, hint: `one of: ${known}` })
}
