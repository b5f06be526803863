package peers.hz;
import com.hazelcast.config.*;
final class Net {
    /** Loopback only, fixed ports, no discovery, no phone-home. */
    static void configure(Config c, int port, int... members) {
        c.setClusterName("peers-" + port / 100);
        c.setProperty("hazelcast.phone.home.enabled", "false");
        c.setProperty("hazelcast.logging.type", System.getProperty("peers.log", "none"));
        c.setProperty("hazelcast.socket.bind.any", "false");
        NetworkConfig n = c.getNetworkConfig();
        n.setPort(port).setPortAutoIncrement(false);
        n.getInterfaces().setEnabled(true).addInterface("127.0.0.1");
        JoinConfig j = n.getJoin();
        j.getAutoDetectionConfig().setEnabled(false);
        j.getMulticastConfig().setEnabled(false);
        TcpIpConfig t = j.getTcpIpConfig().setEnabled(members.length > 0);
        for (int m : members) t.addMember("127.0.0.1:" + m);
    }
}
