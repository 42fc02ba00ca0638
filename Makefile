# The commands a newcomer needs. `make run` on a bare Debian 12 installs, builds and starts; `make test` tests.
.PHONY: run build viewer test test-ceph check fuzz bench clean packages packages-test

build: packages
	@[ -f build/build.ninja ] || meson setup build >/dev/null
	@ninja -C build --quiet
	@ln -sf src/gantry src/gantry-public-api src/gantry-worker build/

# The image viewer, where npm and a network are: it is fetched once. Without it all else runs, and /viewer says how to get it.
viewer:
	@tools/fetch_viewer.sh build-viewer
	@mkdir -p build && ln -sfn ../build-viewer build/viewer

run: build
	@$(MAKE) --no-print-directory viewer || echo "going on without the viewer"
	@build/gantry serve

test: packages packages-test
	@tools/run_tests.sh

# The storage in S3 on a Ceph of its own: long, and not part of test.
test-ceph: packages packages-test
	@tools/install_packages.sh packages-ceph.txt
	@tools/ceph.sh

check: packages packages-test
	@tools/check.sh

fuzz: packages packages-test
	@tools/fuzz.sh $${FUZZ_SECONDS:-3600}

bench: packages
	@bench/packages.sh
	@bench/run.sh

packages:
	@tools/install_packages.sh packages.txt

packages-test:
	@tools/install_packages.sh packages-test.txt

clean:
	rm -rf build build-*
