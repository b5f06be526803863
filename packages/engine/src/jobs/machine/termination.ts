/** What becomes of a job whose execution is ended on request. */
export type TerminationAction = 'restart' | 'suspend' | 'cancel'

/** A request to end an execution, while it is being carried out. */
export interface Termination {
  readonly action: TerminationAction
  /** With a last snapshot; otherwise the execution is ended as it stands. */
  readonly isGraceful: boolean
  /** Name for the last snapshot; null = it gets none. */
  readonly exportName: string | null
  /** The command that waits for the export; null = none does. */
  readonly commandId: number | null
}

/** The spelling of the original: `SUSPEND_GRACEFUL`. */
export function terminationText({ action, isGraceful }: Termination): string {
  return `${action.toUpperCase()}_${isGraceful ? 'GRACEFUL' : 'FORCEFUL'}`
}
