package peers.hz;
/** The input as a function of the event number. */
interface Make extends java.io.Serializable { Object at(int n, long ts); }
