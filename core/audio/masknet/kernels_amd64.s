#include "textflag.h"

// func add3AVX(acc, x *float32, n int, w *float32)
TEXT ·add3AVX(SB), NOSPLIT, $0-32
	MOVQ acc+0(FP), DI
	MOVQ x+8(FP), SI
	MOVQ n+16(FP), CX
	MOVQ w+24(FP), DX
	VBROADCASTSS (DX), Y0
	VBROADCASTSS 4(DX), Y1
	VBROADCASTSS 8(DX), Y2
	SUBQ $8, CX
	JLT  four

eight:
	VMULPS  (SI), Y0, Y3
	VMULPS  4(SI), Y1, Y4
	VADDPS  Y4, Y3, Y3
	VMULPS  8(SI), Y2, Y4
	VADDPS  Y4, Y3, Y3
	VADDPS  (DI), Y3, Y3
	VMOVUPS Y3, (DI)
	ADDQ    $32, SI
	ADDQ    $32, DI
	SUBQ    $8, CX
	JGE     eight

four:
	CMPQ CX, $-4
	JLT  end
	VMULPS  (SI), X0, X3
	VMULPS  4(SI), X1, X4
	VADDPS  X4, X3, X3
	VMULPS  8(SI), X2, X4
	VADDPS  X4, X3, X3
	VADDPS  (DI), X3, X3
	VMOVUPS X3, (DI)

end:
	VZEROUPPER
	RET

// func addAcrossAVX(acc, a, b, c, d *float32, n int, w *float32)
TEXT ·addAcrossAVX(SB), NOSPLIT, $0-56
	MOVQ acc+0(FP), DI
	MOVQ a+8(FP), R8
	MOVQ b+16(FP), R9
	MOVQ c+24(FP), R10
	MOVQ d+32(FP), R11
	MOVQ n+40(FP), CX
	MOVQ w+48(FP), DX
	VBROADCASTSS (DX), Y0
	VBROADCASTSS 4(DX), Y1
	VBROADCASTSS 8(DX), Y2
	VBROADCASTSS 12(DX), Y3
	XORQ AX, AX // bytes done
	SUBQ $8, CX
	JLT  four

eight:
	VMULPS  (R8)(AX*1), Y0, Y4
	VMULPS  (R9)(AX*1), Y1, Y5
	VADDPS  Y5, Y4, Y4
	VMULPS  (R10)(AX*1), Y2, Y5
	VADDPS  Y5, Y4, Y4
	VMULPS  (R11)(AX*1), Y3, Y5
	VADDPS  Y5, Y4, Y4
	VADDPS  (DI)(AX*1), Y4, Y4
	VMOVUPS Y4, (DI)(AX*1)
	ADDQ    $32, AX
	SUBQ    $8, CX
	JGE     eight

four:
	CMPQ CX, $-4
	JLT  end
	VMULPS  (R8)(AX*1), X0, X4
	VMULPS  (R9)(AX*1), X1, X5
	VADDPS  X5, X4, X4
	VMULPS  (R10)(AX*1), X2, X5
	VADDPS  X5, X4, X4
	VMULPS  (R11)(AX*1), X3, X5
	VADDPS  X5, X4, X4
	VADDPS  (DI)(AX*1), X4, X4
	VMOVUPS X4, (DI)(AX*1)

end:
	VZEROUPPER
	RET

// func leakyAVX(x *float32, n int)
TEXT ·leakyAVX(SB), NOSPLIT, $0-16
	MOVQ x+0(FP), DI
	MOVQ n+8(FP), CX
	MOVL $0x3dcccccd, AX // 0.1
	VMOVD AX, X0
	VPERMILPS $0, X0, X0
	VINSERTF128 $1, X0, Y0, Y0
	SUBQ $8, CX
	JLT  four

eight:
	VMOVUPS (DI), Y1
	VMULPS  Y1, Y0, Y2
	VMAXPS  Y1, Y2, Y2
	VMOVUPS Y2, (DI)
	ADDQ    $32, DI
	SUBQ    $8, CX
	JGE     eight

four:
	CMPQ CX, $-4
	JLT  end
	VMOVUPS (DI), X1
	VMULPS  X1, X0, X2
	VMAXPS  X1, X2, X2
	VMOVUPS X2, (DI)

end:
	VZEROUPPER
	RET
