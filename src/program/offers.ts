// SPDX-License-Identifier: MIT
import type { Ways } from '../host/ways.ts'
import type { Check } from './check.ts'

/**
 * What a trace may be given to, and ways to run it: what is there for each, and how to get what is not. `otlp` is how to get the
 * packages of OpenTelemetry, undefined where they are there.
 */
export const offers = (ways: Ways, otlp: string | undefined): Check[] => [
  { name: 'metrics', ok: true, found: 'built in: --metrics 9435', remedy: '' },
  {
    name: 'journald',
    ok: ways.logger && ways.journald,
    found: journalFound(ways),
    remedy: ways.logger ? 'start systemd-journald' : 'apt-get install bsdutils: its logger writes the entries',
  },
  {
    name: 'otlp',
    ok: otlp === undefined,
    found: otlp === undefined ? 'there: --otlp URL' : 'the packages of OpenTelemetry are not installed',
    remedy: otlp ?? '',
  },
  {
    name: 'service',
    ok: ways.systemd && ways.unit,
    found: serviceFound(ways),
    remedy: ways.systemd
      ? 'install the Debian package: npm run deb in a clone of the repository makes it'
      : 'a machine that systemd runs; elsewhere have it started by what is there',
  },
  {
    name: 'dkms',
    ok: ways.dkms && ways.source,
    found: dkmsFound(ways),
    remedy: 'install trace-reset-dkms: the module is built for each new kernel then',
  },
  {
    name: 'owners',
    ok: ways.hostPids,
    found: ways.hostPids ? 'processes and containers of this host' : "only this container's own processes are seen",
    remedy: 'run the container with --privileged --pid=host; in Kubernetes with hostPID: true',
  },
  {
    name: 'wireshark',
    ok: ways.wireshark !== undefined,
    found: ways.wireshark === undefined ? 'not found' : `${ways.wireshark}: --pcapng FILE`,
    remedy: 'apt-get install tshark, here or where the file is read',
  },
]

const journalFound = ({ logger, journald }: Ways) => {
  if (!logger) return 'no logger that takes --journald'
  return journald ? 'there: --journald' : 'no journald listens'
}

const serviceFound = ({ systemd, unit }: Ways) => {
  if (!systemd) return 'systemd does not run here'
  return unit ? 'there: systemctl enable --now trace-reset' : 'no trace-reset.service'
}

const dkmsFound = ({ dkms, source }: Ways) => {
  if (!dkms) return 'not found'
  return source ? 'has the source of the module' : 'there, without the source of the module'
}
