package decode

// Confine takes from this process what a decoder does not need: new files, files written, new rights, endless memory, and
// says what is in force. It is for other children that decode a camera's bytes, too; what is open stays open.
func Confine() (inForce string, err error) { return confine() }
