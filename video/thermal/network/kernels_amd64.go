package network

import "golang.org/x/sys/cpu"

//go:noescape
func convAVX2(a *convArgs)

//go:noescape
func depthAVX2(a *depthArgs)

//go:noescape
func upAVX2(a *upArgs)

// machineKernels lists the kernels in assembly that this machine can run. HasAVX2 says too that the system keeps the
// wide registers.
func machineKernels() []Kernels {
	if !cpu.X86.HasAVX2 || !cpu.X86.HasFMA {
		return nil
	}
	return []Kernels{{Name: "avx2", conv: convAVX2, depth: depthAVX2, up: upAVX2}}
}
