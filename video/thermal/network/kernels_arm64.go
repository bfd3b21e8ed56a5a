package network

//go:noescape
func convNEON(a *convArgs)

//go:noescape
func depthNEON(a *depthArgs)

//go:noescape
func upNEON(a *upArgs)

// machineKernels lists the kernels in assembly that this machine can run: every arm64 processor that Go supports has
// Advanced SIMD.
func machineKernels() []Kernels {
	return []Kernels{{Name: "neon", conv: convNEON, depth: depthNEON, up: upNEON}}
}
