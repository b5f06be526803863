package peers;
/** workload events parallelism guarantee warm-ups data-folder */
public final class Args implements java.io.Serializable {
    public final String workload, guarantee, data; public final int events, parallelism, warmups;
    public Args(String[] a) {
        workload = a[0]; events = Integer.parseInt(a[1]); parallelism = Integer.parseInt(a[2]); guarantee = a[3];
        warmups = a.length > 4 ? Integer.parseInt(a[4]) : 2; data = a.length > 5 ? a[5] : "data";
    }
    public boolean exactlyOnce() { return guarantee.equals("exactly-once"); }
    // the latency form of q5: events per ms, window and slide in ms, discarded beginning
    public static final int LAT_RATE = 200, LAT_SIZE = 1000, LAT_SLIDE = 20, LAT_SKIP_MS = 15_000;
}
