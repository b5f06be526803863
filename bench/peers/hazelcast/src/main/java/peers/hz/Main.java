package peers.hz;
import peers.*;
import com.hazelcast.jet.Job;
import com.hazelcast.jet.pipeline.*;
import com.hazelcast.jet.core.*;
import java.nio.file.*;
import java.util.*;

/** One member in this JVM. */
public final class Main {
    public static void main(String[] argv) throws Exception {
        Args a = new Args(argv);
        Engine.start(a.parallelism, 5801);
        switch (a.workload) {
            case "startup": {
                Pipeline p = Pipeline.create();
                p.readFrom(Jobs.<Bid>plain((i, ts) -> Gen.bid(i, ts), 1, 1, 1)).withoutTimestamps().writeTo(Jobs.fold(1, o -> { Started.note(); return 0; }));
                long up = Probe.nowUs();
                Probe.reset();
                Engine.submit(p, Jobs.config(a)).join();
                long t0 = Long.parseLong(System.getProperty("t0")) ;
                System.out.println("@" + String.format(Locale.ROOT, "{\"engine\":\"%s\",\"version\":\"%s\",\"workload\":\"startup\",\"member_up_ms\":%.0f,\"first_result_ms\":%.0f,\"cpu_s\":%.2f,\"rss_mb\":%d,\"java\":\"%s\"}",
                        Engine.NAME, Engine.version(), up / 1000.0 - t0, Probe.values()[1] / 1000.0 - t0,
                        ProcessHandle.current().info().totalCpuDuration().get().toMillis() / 1e3, Probe.status("VmRSS") / 1024, System.getProperty("java.version")));
                break;
            }
            case "idle": {
                Thread.sleep(20_000);
                long c0 = ProcessHandle.current().info().totalCpuDuration().get().toMillis();
                Thread.sleep(10_000);
                long c1 = ProcessHandle.current().info().totalCpuDuration().get().toMillis();
                System.out.println("@" + String.format(Locale.ROOT, "{\"engine\":\"%s\",\"version\":\"%s\",\"workload\":\"idle\",\"rss_mb\":%d,\"idle_cpu_percent\":%.1f,\"java\":\"%s\"}",
                        Engine.NAME, Engine.version(), Probe.status("VmRSS") / 1024, (c1 - c0) / 100.0, System.getProperty("java.version")));
                break;
            }
            case "latency_q5": {
                long t0 = System.currentTimeMillis() / 1000 * 1000 + 3000;
                Pipeline p = Pipeline.create();
                Jobs.q5(p, Jobs.bids(a.events, a.parallelism, a.parallelism, Args.LAT_RATE, t0), a.parallelism, Args.LAT_SIZE, Args.LAT_SLIDE, true, null);
                Engine.submit(p, Jobs.config(a)).join();
                Probe.printLatency(Engine.NAME, Engine.version(), a, t0, Args.LAT_SKIP_MS, t0 + a.events / Args.LAT_RATE - Args.LAT_SLIDE);
                break;
            }
            default:
                if (a.workload.startsWith("word")) Gen.pool();
                for (int run = 0; run <= a.warmups; run++) {
                    System.gc(); Thread.sleep(300);
                    clear(a.data + "/out"); Probe.reset(); Started.reset();
                    Engine.submit(Jobs.build(a, a.parallelism), Jobs.config(a)).join();
                    if (run < a.warmups) System.err.printf("warm-up %.2f s, %.2f cpu-s%n", Probe.wallS(), Probe.cpuS());
                }
                Probe.print(Engine.NAME, Engine.version(), a, 0);
        }
        Runtime.getRuntime().halt(0);
    }
    static void clear(String dir) throws Exception {
        Path d = Path.of(dir);
        if (Files.exists(d)) try (var s = Files.walk(d)) { s.sorted(Comparator.reverseOrder()).forEach(f -> f.toFile().delete()); }
    }
}
