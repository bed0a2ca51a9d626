# make demo   sets this machine up, builds, makes a sample tape and restores it
# make test   sets this machine up and passes all tests
# make run    opens the app
.PHONY: all setup build app cli cuda-cli demo test run clean bench bench-pipeline bench-sound bench-quality bench-ui e2e bench-queue soak

export PATH := $(PATH):/usr/local/go/bin
# One set of flags for everything that links Fyne's GL driver: each other set compiles it anew, which takes minutes.
APP_TAGS := gles,migrated_fynedo,cuda
GO_BUILD := go build -trimpath
# gorgonia.org/cu wants <cuda.h>; ours declares what is used, so CUDA need not be installed.
export C_INCLUDE_PATH := $(CURDIR)/core/neural/cuda/include$(if $(C_INCLUDE_PATH),:$(C_INCLUDE_PATH))

all: build

setup:
	@packaging/linux/setup.sh

build: app cli

app:
	$(GO_BUILD) -tags $(APP_TAGS) -o build/tapelight ./cmd/tapelight

cli:
	$(GO_BUILD) -tags cuda -o build/tapelight-cli ./cmd/tapelight-cli

# CLI=PATH says where to
cuda-cli:
	$(GO_BUILD) -tags cuda -o $(or $(CLI),build/tapelight-cli-cuda) ./cmd/tapelight-cli

.PHONY: kernels bench-gpu
# The GPU engine's PTX, made anew; needs clang-19.
kernels:
	core/neural/cuda/kernels/build.sh

demo: setup cli
	go run ./testdata/make -out build/demo -only ntsc-vhs
	build/tapelight-cli restore --text --overwrite -o build/demo/ntsc-vhs.restored.mkv build/demo/ntsc-vhs.mpg
	@echo
	@echo "Before: build/demo/ntsc-vhs.mpg"
	@echo "After:  build/demo/ntsc-vhs.restored.mkv"

test: setup
	.ci/run

run: setup app
	build/tapelight

bench:
	go test -run '^$$' -bench . ./core/neural/cpu

# Checks and measures the GPU engine on a machine with an NVIDIA card, beside PyTorch where that is installed. CLI=PATH takes a program already built.
bench-gpu: $(if $(CLI),,cli)
	core/neural/cuda/bench/run.sh $(or $(CLI),build/tapelight-cli)

bench-pipeline: cli
	go run ./testdata/make -out build/demo -only ntsc-vhs
	build/tapelight-cli bench pipeline build/demo/ntsc-vhs.mpg

# What the sound repair makes of recordings with known damage, beside other ways; docs/quality.md holds the figures.
bench-sound:
	core/audio/testdata/sounds.sh build/sounds
	cd core/audio && TAPELIGHT_SOUNDS=$(CURDIR)/build/sounds go test -count=1 -timeout 1h -v -run TestBenchSound .

# What the tape networks make of unseen sources, beside filters; docs/quality.md holds the figures. Ten minutes on an idle machine; SHORT=1 takes three. Wants what
# resources/models/training/README.md lists; photographs are downloaded once. SLIM=FOLDER adds a published network (npm: @upscalerjs/esrgan-slim, models/x2).
bench-quality:
	test -d build/training/photos || (cd resources/models/training && /usr/bin/python3 fetch.py --data $(CURDIR)/build/training)
	cd resources/models/training && OMP_NUM_THREADS=1 nice -n 10 /usr/bin/python3 bench.py ../*.onnx --data $(CURDIR)/build/training \
		--sheets $(CURDIR)/build/quality $(if $(SHORT),--short) $(if $(SLIM),--slim $(abspath $(SLIM)))

# What a queue of 10,000 jobs costs.
bench-queue:
	go test -run '^$$' -bench TenThousand -benchtime 200x ./core

# The long forms of the fault injection: an hour or more. docs/reliability.md says what they showed.
soak:
	TAPELIGHT_SOAK=1 go test -count=1 -v -timeout 4h -run 'TestKill|TestManyJobs' ./core

# How long keys take to show, what the window costs idle, how memory grows. On a machine that does other work: sudo chrt -r 1 make bench-ui
bench-ui: app
	$(GO_BUILD) -tags $(APP_TAGS),uibench -o build/tapelight-uibench ./cmd/tapelight
	packaging/linux/bench-ui.sh

# A person's whole way through the window, under a virtual display
e2e: app cli
	packaging/linux/e2e.sh

clean:
	rm -rf build testdata/tapes
