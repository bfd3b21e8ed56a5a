package decode

// Confine takes from this process what a decoder does not need: new files, files written, new rights, endless memory. It is
// for other children that decode a camera's bytes; what is open stays open.
func Confine() error { return confine() }
