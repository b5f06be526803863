package peers;
/** All keys that share the maximal count of one window. */
public final class Top implements java.io.Serializable {
    public long end = Long.MIN_VALUE, max = -1; public int size; public int[] keys = new int[4];
    public void add(long end, int key, long count) {
        this.end = end;
        if (count < max) return;
        if (count > max) { max = count; size = 0; }
        if (size == keys.length) keys = java.util.Arrays.copyOf(keys, size * 2);
        keys[size++] = key;
    }
    public Top merge(Top o) { for (int i = 0; i < o.size; i++) add(o.end, o.keys[i], o.max); return this; }
}
