package peers.hz;
import com.hazelcast.config.Config;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.jet.*;
import com.hazelcast.jet.config.*;
import com.hazelcast.jet.pipeline.Pipeline;
/** The calls that differ between Jet 4 and Hazelcast 5. */
final class Engine {
    static final String NAME = "jet4";
    private static JetInstance jet;
    static String version() { return "4.5.4"; }
    static void start(int threads, int port, int... members) {
        JetConfig c = new JetConfig();
        c.getInstanceConfig().setCooperativeThreadCount(threads);
        c.configureHazelcast(h -> Net.configure(h, port, members));
        jet = Jet.newJetInstance(c);
    }
    static HazelcastInstance hz() { return jet.getHazelcastInstance(); }
    static Job submit(Pipeline p, JobConfig c) { return jet.newJob(p, c); }
}
