package peers.hz;
import peers.*;
import com.hazelcast.jet.pipeline.Pipeline;
import com.hazelcast.cluster.Member;
import java.io.Serializable;
import java.util.*;
import java.util.concurrent.*;

/** One of two members on loopback, one cooperative thread each: Cluster INDEX(0|1) then the usual arguments. Index 0 drives. */
public final class Cluster {
    static final int PORT = 5811;
    static final class Reset implements Callable<long[]>, Serializable { @Override public long[] call() { Probe.reset(); Started.reset(); return new long[0]; } }
    static final class Values implements Callable<long[]>, Serializable { @Override public long[] call() { return Probe.values(); } }
    static final class Bye implements Runnable, Serializable { @Override public void run() { new Thread(() -> { try { Thread.sleep(500); } catch (InterruptedException e) { } Runtime.getRuntime().halt(0); }).start(); } }

    public static void main(String[] argv) throws Exception {
        int index = Integer.parseInt(argv[0]);
        Args a = new Args(Arrays.copyOfRange(argv, 1, argv.length));
        Engine.start(1, PORT + index, PORT, PORT + 1);
        var hz = Engine.hz();
        while (hz.getCluster().getMembers().size() < 2) Thread.sleep(20);
        if (a.workload.equals("kill_q5")) { kill(a, index); return; }
        if (index == 1) { Thread.sleep(Long.MAX_VALUE); }
        for (int run = 0; run <= a.warmups; run++) {
            all(new Reset());
            Engine.submit(Jobs.build(a, 1), Jobs.config(a)).join();
        }
        long first = Long.MAX_VALUE, last = 0, cpu = 0, rows = 0, rss = 0, hwm = 0, b0 = Long.MAX_VALUE, b1 = 0; int sum = 0;
        for (long[] v : all(new Values())) {
            if (v[0] > 0) { first = Math.min(first, v[0]); b0 = Math.min(b0, v[7]); }
            last = Math.max(last, v[1]); cpu += v[2]; rows += v[3]; sum += (int) v[4]; b1 = Math.max(b1, v[8]); rss += v[5]; hwm += v[6];
        }
        System.out.println("@" + Probe.line(Engine.NAME, Engine.version(), a, (last - first) / 1e6, cpu / 1e9, rss, hwm, rows, sum, 2, (b1 - b0) / 100.0));
        hz.getExecutorService("x").executeOnAllMembers(new Bye());
        Thread.sleep(2000);
    }
    static List<long[]> all(Callable<long[]> c) throws Exception {
        List<long[]> l = new ArrayList<>();
        for (Future<long[]> f : Engine.hz().getExecutorService("x").submitToAllMembers(c).values()) l.add(f.get());
        return l;
    }
    /** Paced q5 (LAT_RATE/2 events per ms), exactly-once; both members append "window-end wall-us max" lines; a script kills one at t0 + 15 s. */
    static void kill(Args a, int index) throws Exception {
        int perMs = Args.LAT_RATE / 2;
        var map = Engine.hz().<String, Long>getMap("ctl");
        if (index == 0) {
            long t0 = System.currentTimeMillis() / 1000 * 1000 + 3000;
            Pipeline p = Pipeline.create();
            Jobs.q5(p, Jobs.bids(a.events, 2, 1, perMs, t0), 1, Args.LAT_SIZE, Args.LAT_SLIDE, false, a.data + "/kill/out");
            Engine.submit(p, Jobs.config(a));
            map.put("t0", t0);
            System.out.println("@t0 " + t0 + " " + perMs);
        }
        Long t0;
        while ((t0 = map.get("t0")) == null) Thread.sleep(20);
        Thread.sleep(t0 + a.events / perMs + 6000 - System.currentTimeMillis());
        Runtime.getRuntime().halt(0);
    }
}
