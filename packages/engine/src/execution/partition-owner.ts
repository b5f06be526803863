/** Which of a vertex's processors has the keys of a partition: items on edges go there, and so does restored state. */
export function ownerOfPartition(partition: number, parallelism: number): number {
  return partition % parallelism
}
