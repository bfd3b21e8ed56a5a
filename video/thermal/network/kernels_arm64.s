#include "go_asm.h"
#include "textflag.h"

// The assembler has no names for these two: FMAX and FADD of four floats, from and to the same register.
#define FMAX4(by, r) WORD $(0x4E20F400 | (by << 16) | (r << 5) | r)
#define FADD4(by, r) WORD $(0x4E20D400 | (by << 16) | (r << 5) | r)

#define FLOOR_PIXEL(a, b, c, d) \
	FMAX4(28, a); \
	FMAX4(28, b); \
	FMAX4(28, c); \
	FMAX4(28, d)

#define ADD_PIXEL(a, b, c, d) \
	VLD1 (R10), [V24.S4, V25.S4, V26.S4, V27.S4]; \
	ADD R11, R10; \
	FADD4(24, a); \
	FADD4(25, b); \
	FADD4(26, c); \
	FADD4(27, d)

// Six pixels by sixteen channels are 24 sums: pixel p has its channels in V(4p) to V(4p+3).

// func convNEON(a *convArgs)
TEXT ·convNEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	MOVD convArgs_in(R0), R1
	MOVD convArgs_out(R0), R2
	MOVD convArgs_add(R0), R10
	MOVD convArgs_bias(R0), R3
	MOVD convArgs_inStep(R0), R4
	LSL $2, R4
	MOVD convArgs_inRow(R0), R5
	LSL $2, R5
	MOVD convArgs_outStep(R0), R11
	LSL $2, R11
	MOVD convArgs_pixels(R0), R12

tile:
	VLD1 (R3), [V0.S4, V1.S4, V2.S4, V3.S4]
	VMOV V0.B16, V4.B16
	VMOV V1.B16, V5.B16
	VMOV V2.B16, V6.B16
	VMOV V3.B16, V7.B16
	VMOV V0.B16, V8.B16
	VMOV V1.B16, V9.B16
	VMOV V2.B16, V10.B16
	VMOV V3.B16, V11.B16
	VMOV V0.B16, V12.B16
	VMOV V1.B16, V13.B16
	VMOV V2.B16, V14.B16
	VMOV V3.B16, V15.B16
	VMOV V0.B16, V16.B16
	VMOV V1.B16, V17.B16
	VMOV V2.B16, V18.B16
	VMOV V3.B16, V19.B16
	VMOV V0.B16, V20.B16
	VMOV V1.B16, V21.B16
	VMOV V2.B16, V22.B16
	VMOV V3.B16, V23.B16
	MOVD convArgs_weights(R0), R6
	MOVD convArgs_rows(R0), R7
	MOVD R1, R8

row:
	MOVD R8, R13
	ADD R4, R13, R14
	ADD R4, R14, R15
	ADD R4, R15, R16
	ADD R4, R16, R17
	ADD R4, R17, R19
	MOVD convArgs_taps(R0), R9

tap:
	VLD1.P 64(R6), [V24.S4, V25.S4, V26.S4, V27.S4]
	VLD1R.P 4(R13), [V28.S4]
	VLD1R.P 4(R14), [V29.S4]
	VLD1R.P 4(R15), [V30.S4]
	VLD1R.P 4(R16), [V31.S4]
	VFMLA V28.S4, V24.S4, V0.S4
	VFMLA V28.S4, V25.S4, V1.S4
	VFMLA V28.S4, V26.S4, V2.S4
	VFMLA V28.S4, V27.S4, V3.S4
	VFMLA V29.S4, V24.S4, V4.S4
	VFMLA V29.S4, V25.S4, V5.S4
	VFMLA V29.S4, V26.S4, V6.S4
	VFMLA V29.S4, V27.S4, V7.S4
	VLD1R.P 4(R17), [V28.S4]
	VLD1R.P 4(R19), [V29.S4]
	VFMLA V30.S4, V24.S4, V8.S4
	VFMLA V30.S4, V25.S4, V9.S4
	VFMLA V30.S4, V26.S4, V10.S4
	VFMLA V30.S4, V27.S4, V11.S4
	VFMLA V31.S4, V24.S4, V12.S4
	VFMLA V31.S4, V25.S4, V13.S4
	VFMLA V31.S4, V26.S4, V14.S4
	VFMLA V31.S4, V27.S4, V15.S4
	VFMLA V28.S4, V24.S4, V16.S4
	VFMLA V28.S4, V25.S4, V17.S4
	VFMLA V28.S4, V26.S4, V18.S4
	VFMLA V28.S4, V27.S4, V19.S4
	VFMLA V29.S4, V24.S4, V20.S4
	VFMLA V29.S4, V25.S4, V21.S4
	VFMLA V29.S4, V26.S4, V22.S4
	VFMLA V29.S4, V27.S4, V23.S4
	SUBS $1, R9
	BNE tap
	ADD R5, R8
	SUBS $1, R7
	BNE row

	ADD $convArgs_floor, R0, R9
	VLD1R (R9), [V28.S4]
	FLOOR_PIXEL(0, 1, 2, 3)
	FLOOR_PIXEL(4, 5, 6, 7)
	FLOOR_PIXEL(8, 9, 10, 11)
	FLOOR_PIXEL(12, 13, 14, 15)
	FLOOR_PIXEL(16, 17, 18, 19)
	FLOOR_PIXEL(20, 21, 22, 23)
	CBZ R10, store
	ADD_PIXEL(0, 1, 2, 3)
	ADD_PIXEL(4, 5, 6, 7)
	ADD_PIXEL(8, 9, 10, 11)
	ADD_PIXEL(12, 13, 14, 15)
	ADD_PIXEL(16, 17, 18, 19)
	ADD_PIXEL(20, 21, 22, 23)

store:
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R2)
	ADD R11, R2
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R2)
	ADD R11, R2
	VST1 [V8.S4, V9.S4, V10.S4, V11.S4], (R2)
	ADD R11, R2
	VST1 [V12.S4, V13.S4, V14.S4, V15.S4], (R2)
	ADD R11, R2
	VST1 [V16.S4, V17.S4, V18.S4, V19.S4], (R2)
	ADD R11, R2
	VST1 [V20.S4, V21.S4, V22.S4, V23.S4], (R2)
	ADD R11, R2
	ADD R4<<2, R1 // the next tile's input lies six steps on
	ADD R4<<1, R1
	SUBS $6, R12
	BNE tile
	RET

// Four channels at a time along the row; their nine weights stay in V0 to V8.

// func depthNEON(a *depthArgs)
TEXT ·depthNEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	MOVD depthArgs_out(R0), R1
	MOVD depthArgs_in(R0), R2
	MOVD depthArgs_weights(R0), R3
	MOVD depthArgs_bias(R0), R4
	MOVD depthArgs_channels(R0), R5
	LSL $2, R5, R6 // bytes of a pixel
	LSR $2, R5
	MOVD depthArgs_inRow(R0), R7
	LSL $2, R7
	ADD $depthArgs_floor, R0, R8
	VLD1R (R8), [V28.S4]

channels:
	MOVD R3, R8
	VLD1 (R8), [V0.S4]
	ADD R6, R8
	VLD1 (R8), [V1.S4]
	ADD R6, R8
	VLD1 (R8), [V2.S4]
	ADD R6, R8
	VLD1 (R8), [V3.S4]
	ADD R6, R8
	VLD1 (R8), [V4.S4]
	ADD R6, R8
	VLD1 (R8), [V5.S4]
	ADD R6, R8
	VLD1 (R8), [V6.S4]
	ADD R6, R8
	VLD1 (R8), [V7.S4]
	ADD R6, R8
	VLD1 (R8), [V8.S4]
	VLD1 (R4), [V9.S4]
	MOVD R1, R9
	MOVD R2, R10
	ADD R7, R10, R11
	ADD R7, R11, R12
	MOVD depthArgs_pixels(R0), R13

pixel:
	VMOV V9.B16, V10.B16
	ADD R6, R10, R14
	ADD R6, R14, R15
	VLD1 (R10), [V16.S4]
	VLD1 (R14), [V17.S4]
	VLD1 (R15), [V18.S4]
	ADD R6, R11, R14
	ADD R6, R14, R15
	VLD1 (R11), [V19.S4]
	VLD1 (R14), [V20.S4]
	VLD1 (R15), [V21.S4]
	ADD R6, R12, R14
	ADD R6, R14, R15
	VLD1 (R12), [V22.S4]
	VLD1 (R14), [V23.S4]
	VLD1 (R15), [V24.S4]
	VFMLA V16.S4, V0.S4, V10.S4
	VFMLA V17.S4, V1.S4, V10.S4
	VFMLA V18.S4, V2.S4, V10.S4
	VFMLA V19.S4, V3.S4, V10.S4
	VFMLA V20.S4, V4.S4, V10.S4
	VFMLA V21.S4, V5.S4, V10.S4
	VFMLA V22.S4, V6.S4, V10.S4
	VFMLA V23.S4, V7.S4, V10.S4
	VFMLA V24.S4, V8.S4, V10.S4
	FMAX4(28, 10)
	VST1 [V10.S4], (R9)
	ADD R6, R9
	ADD R6, R10
	ADD R6, R11
	ADD R6, R12
	SUBS $1, R13
	BNE pixel
	ADD $16, R1
	ADD $16, R2
	ADD $16, R3
	ADD $16, R4
	SUBS $1, R5
	BNE channels
	RET

// func upNEON(a *upArgs)
TEXT ·upNEON(SB), NOSPLIT, $0-8
	MOVD a+0(FP), R0
	MOVD upArgs_out(R0), R1
	MOVD upArgs_beside(R0), R2
	MOVD upArgs_low(R0), R3
	MOVD upArgs_pixels(R0), R4
	MOVD upArgs_channels(R0), R5
	LSL $2, R5
	VEOR V28.B16, V28.B16, V28.B16

pixel:
	LSR $6, R5, R6

channels:
	VLD1.P 64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]
	ADD R5, R2, R7
	ADD R5, R1, R8
	VLD1.P 64(R2), [V0.S4, V1.S4, V2.S4, V3.S4]
	VLD1 (R7), [V4.S4, V5.S4, V6.S4, V7.S4]
	FADD4(16, 0)
	FADD4(17, 1)
	FADD4(18, 2)
	FADD4(19, 3)
	FADD4(16, 4)
	FADD4(17, 5)
	FADD4(18, 6)
	FADD4(19, 7)
	FLOOR_PIXEL(0, 1, 2, 3)
	FLOOR_PIXEL(4, 5, 6, 7)
	VST1.P [V0.S4, V1.S4, V2.S4, V3.S4], 64(R1)
	VST1 [V4.S4, V5.S4, V6.S4, V7.S4], (R8)
	SUBS $1, R6
	BNE channels
	ADD R5, R2
	ADD R5, R1
	SUBS $1, R4
	BNE pixel
	RET
