// SPDX-License-Identifier: MIT

/** What marks a read of /dev/null as ours, above the 40 bits that it tells: see tellNat.ts and probes/nat_known.bt. */
export const NAT_MARK = 0x74726e
