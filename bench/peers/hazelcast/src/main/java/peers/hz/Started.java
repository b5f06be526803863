package peers.hz;
/** Notes the first event where the engine's own source is used. */
final class Started {
    private static volatile boolean on;
    static void reset() { on = false; }
    static void note() { if (!on) { on = true; peers.Probe.first(); } }
}
