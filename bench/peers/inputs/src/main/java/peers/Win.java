package peers;
/** One row of a keyed window result. */
public final class Win implements java.io.Serializable {
    public long end; public int key; public long count;
    public Win() { }
    public Win(long end, int key, long count) { this.end = end; this.key = key; this.count = count; }
}
