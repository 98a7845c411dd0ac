// SPDX-License-Identifier: MIT
// VictoriaLogs as a cluster: two nodes that store, one that takes and spreads, one that asks both; each the same program.
import { startEngine, type Engine } from './victoriaLogs.ts'

export type Cluster = { stores: readonly [Engine, Engine]; insert: Engine; select: Engine; end: () => Promise<void> }

export const startCluster = async (): Promise<Cluster> => {
  const stores = await Promise.all([startEngine(), startEngine()] as const)
  const nodes = `-storageNode=${stores.map(({ address }) => address).join(',')}`
  const [insert, select] = await Promise.all([
    startEngine([nodes, '-select.disable'], { storage: false }),
    startEngine([nodes, '-insert.disable'], { storage: false }),
  ])
  return {
    stores,
    insert,
    select,
    end: async () => {
      for (const engine of [select, insert, ...stores]) {
        await engine.kill()
        engine.remove()
      }
    },
  }
}
