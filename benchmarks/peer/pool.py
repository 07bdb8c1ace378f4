# Python's ProcessPoolExecutor, told by lines on stdin what to do.
import concurrent.futures
import sys
import time


def following(x):
    return x + 1


def main():
    with concurrent.futures.ProcessPoolExecutor(int(sys.argv[1])) as pool:
        print(sum(pool.map(following, range(100))), flush=True)  # the processes have started
        for line in sys.stdin:
            how, n, chunk = line.split()
            numbers = range(1, int(n) + 1)
            began = time.perf_counter()
            if how == "map":
                total = sum(pool.map(following, numbers, chunksize=int(chunk)))
            else:
                futures = [pool.submit(following, number) for number in numbers]
                total = sum(future.result() for future in futures)
            print(time.perf_counter() - began, total, flush=True)


if __name__ == "__main__":
    main()
