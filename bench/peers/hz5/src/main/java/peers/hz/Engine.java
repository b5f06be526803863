package peers.hz;
import com.hazelcast.config.Config;
import com.hazelcast.core.*;
import com.hazelcast.jet.*;
import com.hazelcast.jet.config.*;
import com.hazelcast.jet.pipeline.Pipeline;
/** The calls that differ between Jet 4 and Hazelcast 5. */
final class Engine {
    static final String NAME = "hazelcast5";
    private static HazelcastInstance hz;
    static String version() { return "5.7.0"; }
    static void start(int threads, int port, int... members) {
        Config c = new Config();
        c.getJetConfig().setEnabled(true).setResourceUploadEnabled(true).setCooperativeThreadCount(threads);
        Net.configure(c, port, members);
        hz = Hazelcast.newHazelcastInstance(c);
    }
    static HazelcastInstance hz() { return hz; }
    static Job submit(Pipeline p, JobConfig c) { return hz.getJet().newJob(p, c); }
}
