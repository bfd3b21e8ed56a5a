//go:build !amd64 && !arm64

package network

func machineKernels() []Kernels { return nil }
