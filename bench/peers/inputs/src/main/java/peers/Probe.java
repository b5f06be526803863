package peers;
import java.lang.management.ManagementFactory;
import java.nio.file.*;
import java.util.*;

/** What one process measures: from the first event out of a source to the last sink's end. */
public final class Probe {
    private static final com.sun.management.OperatingSystemMXBean OS =
            (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private static final long WALL0_US, NANO0;
    static { var i = java.time.Instant.now(); NANO0 = System.nanoTime(); WALL0_US = i.getEpochSecond() * 1_000_000L + i.getNano() / 1000; }
    public static long nowUs() { return WALL0_US + (System.nanoTime() - NANO0) / 1000; }

    static long firstUs, lastUs, firstCpu, lastCpu, firstBusy, lastBusy, rows; static int sum;
    static final TreeMap<Long, Long> firstResult = new TreeMap<>();
    public static synchronized void reset() { firstUs = lastUs = firstCpu = lastCpu = firstBusy = lastBusy = rows = 0; sum = 0; firstResult.clear(); }
    public static synchronized void first() { if (firstUs == 0) { firstUs = nowUs(); firstCpu = OS.getProcessCpuTime(); firstBusy = busyTicks(); } }
    public static synchronized void done(long r, int s) { rows += r; sum += s; lastUs = nowUs(); lastCpu = OS.getProcessCpuTime(); lastBusy = busyTicks(); }
    public static synchronized void addRows(long r, int s) { rows += r; sum += s; }
    /** First result of the window that ends at endMs. */
    public static synchronized void result(long endMs) { firstResult.putIfAbsent(endMs, nowUs()); }

    /** CPU of the whole machine so far, in 1/100 s. */
    static long busyTicks() {
        try (var r = new java.io.BufferedReader(new java.io.FileReader("/proc/stat"))) {
            String[] f = r.readLine().trim().split(" +");
            return Long.parseLong(f[1]) + Long.parseLong(f[2]) + Long.parseLong(f[3]) + Long.parseLong(f[6]) + Long.parseLong(f[7]) + Long.parseLong(f[8]);
        } catch (java.io.IOException e) { throw new RuntimeException(e); }
    }
    /** Cores that anything else on this machine used meanwhile. */
    static double otherCores(double busyS, double cpu, double wall) { return Math.max(0, busyS - cpu) / wall; }
    public static double cpuS() { return (lastCpu - firstCpu) / 1e9; }
    public static double wallS() { return (lastUs - firstUs) / 1e6; }
    /** {firstUs, lastUs, cpuNs, rows, sum, rssKb, hwmKb} for the cluster run. */
    public static synchronized long[] values() { return new long[]{firstUs, lastUs, lastCpu - firstCpu, rows, sum, status("VmRSS"), status("VmHWM"), firstBusy, lastBusy}; }

    public static long status(String key) {
        try {
            for (String l : Files.readAllLines(Path.of("/proc/self/status")))
                if (l.startsWith(key + ":")) return Long.parseLong(l.replaceAll("\\D+", ""));
        } catch (java.io.IOException e) { throw new RuntimeException(e); }
        return -1;
    }
    public static double load() { return OS.getSystemLoadAverage(); }
    public static String checksum(long rows, int sum) { return rows + ":" + String.format("%08x", sum); }

    public static void print(String engine, String version, Args a, int run) {
        System.out.println("@" + line(engine, version, a, wallS(), cpuS(), status("VmRSS"), status("VmHWM"), rows, sum, 1, (lastBusy - firstBusy) / 100.0));
    }
    public static String line(String engine, String version, Args a, double wall, double cpu, long rssKb, long hwmKb, long rows, int sum, int processes, double busyS) {
        return String.format(Locale.ROOT,
                "{\"engine\":\"%s\",\"version\":\"%s\",\"workload\":\"%s\",\"events\":%d,\"parallelism\":%d,\"guarantee\":\"%s\",\"processes\":%d,\"wall_s\":%.3f,\"cpu_s\":%.3f,"
                + "\"M_events_per_s\":%.3f,\"M_events_per_cpu_s\":%.3f,\"rss_mb\":%d,\"rss_peak_mb\":%d,\"other_cores\":%.2f,\"checksum\":\"%s\",\"java\":\"%s\"}",
                engine, version, a.workload, a.events, a.parallelism, a.guarantee, processes, wall, cpu, a.events / wall / 1e6, a.events / cpu / 1e6,
                rssKb / 1024, hwmKb / 1024, otherCores(busyS, cpu, wall), checksum(rows, sum), System.getProperty("java.version"));
    }
    public static synchronized void printLatency(String engine, String version, Args a, long t0Ms, long skipMs, long endMs) {
        var l = new ArrayList<Double>();
        for (var e : firstResult.entrySet())
            if (e.getKey() > t0Ms + skipMs && e.getKey() <= endMs) l.add((e.getValue() - e.getKey() * 1000) / 1000.0);
        Collections.sort(l);
        int n = l.size();
        System.out.println("@" + String.format(Locale.ROOT,
                "{\"engine\":\"%s\",\"version\":\"%s\",\"workload\":\"%s\",\"events\":%d,\"parallelism\":%d,\"guarantee\":\"%s\",\"windows\":%d,"
                + "\"p50_ms\":%.2f,\"p99_ms\":%.2f,\"p999_ms\":%.2f,\"max_ms\":%.2f,\"cpu_s\":%.3f,\"wall_s\":%.3f,\"rss_mb\":%d,\"other_cores\":%.2f,\"rows\":%d,\"java\":\"%s\"}",
                engine, version, a.workload, a.events, a.parallelism, a.guarantee, n, q(l, .5), q(l, .99), q(l, .999), q(l, 1), cpuS(), wallS(), status("VmRSS") / 1024, otherCores((lastBusy - firstBusy) / 100.0, cpuS(), wallS()), rows, System.getProperty("java.version")));
    }
    private static double q(List<Double> l, double p) { return l.isEmpty() ? -1 : l.get(Math.max(0, (int) Math.ceil(p * l.size()) - 1)); }
}
